internal import Kernels

/// The policy's loss on a batch: surrogate, KL term and entropy bonus of every completion, weighted as the
/// normalization says.
///
/// Reads the columns `advantage` (one for a completion, or one for each token), `old` and `reference`.
package struct PolicyObjective: Objective {
  /// The loss of one completion.
  package let loss: PolicyLoss
  /// How the losses of tokens become one number.
  package let normalization: LossNormalization
  /// The length limit that `constant_length` divides by, in tokens.
  package let maxCompletionTokens: Int

  package init(_ loss: PolicyLoss, normalization: LossNormalization, maxCompletionTokens: Int) {
    self.loss = loss
    self.normalization = normalization
    self.maxCompletionTokens = maxCompletionTokens
  }

  package var reads: Reading {
    loss.entropyWeight > 0 ? [.logProbabilities, .entropies] : .logProbabilities
  }

  package func write(_ unit: ObjectiveUnit) -> LossSums {
    let divisor = LossDivisor(
      normalization, completions: unit.batch.countedCompletions, tokens: unit.batch.countedTokens,
      maxCompletionTokens: maxCompletionTokens)
    var sums = LossSums()
    for sequence in unit.sequences {
      let weight = divisor.weight(completionTokens: unit.scored(sequence).count)
      sums += write(unit, sequence, weight: weight)
    }
    return sums
  }

  private func write(_ unit: ObjectiveUnit, _ sequence: Int, weight: Double) -> LossSums {
    let new = unit.output(\.logProbabilities, sequence)
    let old = unit.column(.old, sequence) ?? new
    let reference = unit.column(.reference, sequence)
    var sums = new.withSpan { new in
      old.withSpan { old in
        unit.gradient(\.logProbabilities, sequence).withMutableSpan { slopes in
          if let reference {
            return reference.withSpan {
              write(unit, sequence, weight, new, old, $0, &slopes)
            }
          }
          return write(unit, sequence, weight, new, old, nil, &slopes)
        }
      }
    }
    if loss.entropyWeight > 0 {
      let term = unit.output(\.entropies, sequence).withSpan {
        loss.entropyTerm(entropies: $0, weight: weight)
      }
      sums.entropyLoss = term.loss
      unit.gradient(\.entropies, sequence).fill(Float(term.slope))
    }
    return sums
  }

  private func write(
    _ unit: ObjectiveUnit, _ sequence: Int, _ weight: Double, _ new: Span<Float>,
    _ old: Span<Float>, _ reference: Span<Float>?, _ slopes: inout MutableSpan<Float>
  ) -> LossSums {
    switch unit.batch[.advantage] {
    case .sequences(let advantages):
      return loss.write(
        newLogProbs: new, oldLogProbs: old, referenceLogProbs: reference,
        advantage: advantages[sequence], weight: weight, slopes: &slopes)
    case .occurrences(let advantages, _):
      return advantages.slice(unit.scored(sequence)).withSpan { advantages in
        loss.write(
          newLogProbs: new, oldLogProbs: old, referenceLogProbs: reference,
          advantages: advantages, weight: weight, slopes: &slopes)
      }
    case nil: preconditionFailure("a policy's loss needs advantages")
    }
  }
}

extension LossSums: ObjectiveSums {
  /// Enters the completions of a batch that take no part: into the ledger, and as completions whose
  /// ratios could have been cut.
  package mutating func enterMembers(of batch: Batch) {
    for member in batch.members + batch.departed {
      completions += 1
      if let fate = member.withheld { enterWithheld(fate, tokens: member.tokens) }
    }
  }
}
