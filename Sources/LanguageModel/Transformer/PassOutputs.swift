package import Kernels

/// Numbers of a pass, flat by scored token; nil is "not wanted".
///
/// Also the gradients of a loss by them.
package struct PassOutputs: Sendable {
  /// log π of the tokens (scored tokens).
  package var logProbabilities: FloatView?
  /// Entropies of the distributions they come from, nats (scored tokens).
  package var entropies: FloatView?
  /// What the value head says before the tokens (scored tokens).
  package var values: FloatView?
  /// log π of the whole vocabulary (scored tokens, V).
  package var distributions: FloatView?
  /// KL(policy ‖ `references`), exactly, nats (scored tokens).
  package var divergences: FloatView?
  /// Read for `divergences`: another policy's `distributions` (scored tokens, V).
  package var references: FloatView?

  package init(
    logProbabilities: FloatView? = nil, entropies: FloatView? = nil, values: FloatView? = nil,
    distributions: FloatView? = nil, divergences: FloatView? = nil, references: FloatView? = nil
  ) {
    self.logProbabilities = logProbabilities
    self.entropies = entropies
    self.values = values
    self.distributions = distributions
    self.divergences = divergences
    self.references = references
  }

  /// Whether any of them comes from the logits.
  var needLogits: Bool {
    logProbabilities != nil || entropies != nil || distributions != nil || divergences != nil
  }

  /// Those of a range of scored tokens.
  func slice(_ scored: Range<Int>, vocabulary V: Int) -> PassOutputs {
    func rows(_ view: FloatView?) -> FloatView? {
      view?.slice(scored.lowerBound * V, scored.count * V)
    }
    return PassOutputs(
      logProbabilities: logProbabilities?.slice(scored), entropies: entropies?.slice(scored),
      values: values?.slice(scored), distributions: rows(distributions),
      divergences: divergences?.slice(scored), references: rows(references))
  }

  /// Traps where these can't be filled for a batch of so many scored tokens.
  func check(scored count: Int, vocabulary V: Int) {
    precondition((divergences == nil) == (references == nil), "divergences are from references")
    for view in [logProbabilities, entropies, values, divergences] {
      precondition(view.map { $0.count >= count } ?? true, "a number per scored token")
    }
    for view in [distributions, references] {
      precondition(view.map { $0.count >= count * V } ?? true, "a row per scored token")
    }
  }

  /// Traps where a pass that fills `outputs` can't take these as gradients.
  func check(slopesOf outputs: PassOutputs) {
    precondition(divergences == nil && references == nil, "divergences have no gradients")
    precondition(needLogits || values != nil, "gradients by something")
    for (slope, output) in [
      (logProbabilities, outputs.logProbabilities), (entropies, outputs.entropies),
      (values, outputs.values), (distributions, outputs.distributions),
    ] {
      precondition(slope == nil || output != nil, "gradients by what the pass fills")
    }
  }
}
