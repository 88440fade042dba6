internal import Kernels
package import Learning
internal import LanguageModel
package import Settings

/// The first policy, frozen, and what the KL divergence from it is for: a term of the loss, something taken off
/// the reward, or only a metric.
package struct ReferencePolicy {
  /// π_ref; nil where no divergence is wanted.
  private let network: Network?
  private let settings: DivergenceSettings

  /// Copies a lab's first policy where the settings want a divergence from it.
  package init(_ settings: DivergenceSettings, _ lab: Lab, beside policy: Network) {
    self.settings = settings
    network =
      settings.needsReference
      ? Network(frozen: lab.model.copy(), beside: policy) : nil
  }

  /// Takes the weighted divergence off the rewards, where the settings say so (arXiv 1909.08593, equation 2).
  ///
  /// The sampler's log-probabilities stand for the policy's: they are the trainer's (docs/exactness.md),
  /// and no gradient goes through a reward.
  package func takeOffRewards(of samples: inout Samples) {
    guard let network, settings.klInReward, settings.klWeight > 0 else { return }
    var batch = samples.batch(
      of: samples.sequences.indices.map {
        Batch.Member(sequence: $0, tokens: samples.sequences[$0].count)
      })
    score(&batch, by: network)
    guard let reference = batch.occurrences(.reference) else { return }
    for s in samples.sequences.indices {
      let noted = samples.logProbabilities[s]
      let rest = reference.slice(batch.forest.scored(s)).withSpan { reference in
        klPenalizedReward(
          0, oldLogProbs: noted.span, referenceLogProbs: reference,
          weight: settings.klWeight, estimator: settings.klEstimator)
      }
      samples.judgements[s].divergence = -rest
    }
    samples.measured = batch
  }

  /// Fills the columns `reference` and `referenceDistributions`, where they are wanted and not there yet.
  package func measure(_ batch: inout Batch) {
    guard let network, !batch.isEmpty, batch[.reference] == nil else { return }
    score(&batch, by: network)
  }

  private func score(_ batch: inout Batch, by network: Network) {
    let (logProbabilities, distributions) = network.distributions(of: batch)
    batch[.reference] = .occurrences(logProbabilities)
    batch[.referenceDistributions] = .occurrences(
      distributions, width: network.model.configuration.vocabularySize)
  }

  /// The penalty on the reward of each token, for critics; nil where there is none.
  package func tokenPenalty(on batch: Batch) -> TokenEstimates.Penalty? {
    guard settings.klInReward, settings.klWeight > 0, let old = batch.occurrences(.sampled),
      let reference = batch.occurrences(.reference)
    else { return nil }
    return TokenEstimates.Penalty(
      old: old, reference: reference, weight: settings.klWeight, estimator: settings.klEstimator)
  }

  /// Saves or restores the reference, which no other file of a run holds.
  package func state(_ snapshot: any Snapshot) throws {
    if let network { try snapshot.tensors("reference.", network.model.parameters, nil) }
  }
}
