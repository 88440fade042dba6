/// What one ratio belongs to.
package enum RatioLevel: String, Sendable, CaseIterable, Codable {
  /// A token: pi_theta(token) / pi_old(token) (PPO, GRPO).
  case token
  /// A completion, as the geometric mean of its tokens' ratios (GSPO, arXiv 2507.18071).
  case sequence
  /// A completion, as the product of its tokens' ratios: the completion is one action (RLOO, arXiv
  /// 2402.14740). Its policy term counts once, with the weight given, not once per token.
  case completion
}

/// The surrogate whose mean is the policy loss.
package enum PolicySurrogate: Sendable, Equatable {
  /// The clipped ratio of PPO and GRPO.
  case clipped(ClippedSurrogate)
  /// The capped weight of CISPO.
  case truncatedWeight(TruncatedWeightSurrogate)
  /// -A log pi_theta, without a ratio (REINFORCE, A2C; with A = 1 it's supervised cross-entropy).
  case policyGradient

  /// The term of one token.
  ///
  /// - Parameters:
  ///   - logRatio: log pi_theta - log pi_old, of the token or shared by its completion, in nats.
  ///   - newLogProb: the token's own log pi_theta.
  ///   - advantage: of the token.
  package func term(logRatio: Double, newLogProb: Double, advantage: Double) -> TokenTerm {
    switch self {
    case .clipped(let surrogate):
      return surrogate.term(logRatio: logRatio, advantage: advantage)
    case .truncatedWeight(let surrogate):
      return surrogate.term(logRatio: logRatio, newLogProb: newLogProb, advantage: advantage)
    case .policyGradient:
      return TokenTerm(loss: -advantage * newLogProb, slope: -advantage, region: .inside)
    }
  }
}

/// The loss of the policy on sampled completions, and its gradient at each token.
///
/// Per token: surrogate + klWeight * KL estimate against the reference - entropyWeight * entropy, each
/// times the weight that `LossDivisor` gives its completion. The loss of an update is the sum over its completions. One
/// completion is computed from its own numbers alone, so any order and any cut of an update into pieces
/// gives the same gradients, bit for bit; sums of pieces are added in a fixed order.
package struct PolicyLoss: Sendable, Equatable {
  /// The surrogate.
  package let surrogate: PolicySurrogate
  /// What a ratio belongs to.
  package let ratioLevel: RatioLevel
  /// beta, the weight of the KL estimate; 0 for none.
  package let klWeight: Double
  /// The estimate of the KL divergence from the reference.
  package let klEstimator: KLEstimator
  /// The weight of the entropy bonus; 0 for none.
  package let entropyWeight: Double

  package init(
    _ surrogate: PolicySurrogate, ratioLevel: RatioLevel = .token, klWeight: Double = 0,
    klEstimator: KLEstimator = .k3, entropyWeight: Double = 0
  ) {
    precondition(klWeight >= 0, "a negative weight would drive the policy from the reference")
    precondition(entropyWeight >= 0, "a bonus, not a punishment")
    if ratioLevel == .completion {
      guard case .clipped = surrogate else {
        preconditionFailure("only the clipped surrogate takes a completion as one action")
      }
    }
    self.surrogate = surrogate
    self.ratioLevel = ratioLevel
    self.klWeight = klWeight
    self.klEstimator = klEstimator
    self.entropyWeight = entropyWeight
  }

  /// The loss of one completion whose tokens share an advantage, and its gradients.
  ///
  /// On the first update of a batch the old log-probabilities are the new ones: pass them twice.
  ///
  /// - Parameters:
  ///   - newLogProbs: log pi_theta of the completion's tokens.
  ///   - oldLogProbs: log pi_old of the same tokens.
  ///   - referenceLogProbs: log pi_ref of the same tokens, for the KL estimates of the metrics too;
  ///     may be left out where `klWeight` is 0.
  ///   - advantage: of the completion.
  ///   - weight: of each token, from `LossDivisor`.
  ///   - slopes: where d loss / d log pi_theta is written, one per token.
  /// - Returns: the weighted loss and the counts for the metrics.
  package func write<Scalar: BinaryFloatingPoint>(
    newLogProbs: Span<Scalar>, oldLogProbs: Span<Scalar>, referenceLogProbs: Span<Scalar>?,
    advantage: Double, weight: Double, slopes: inout MutableSpan<Scalar>
  ) -> LossSums {
    writeTerms(
      newLogProbs: newLogProbs, oldLogProbs: oldLogProbs, referenceLogProbs: referenceLogProbs,
      weight: weight, slopes: &slopes, advantage: { _ in advantage })
  }

  /// The loss of one completion whose tokens have an advantage each, and its gradients.
  ///
  /// For critics: as the other form, with the advantages of the completion's tokens.
  package func write<Scalar: BinaryFloatingPoint>(
    newLogProbs: Span<Scalar>, oldLogProbs: Span<Scalar>, referenceLogProbs: Span<Scalar>?,
    advantages: Span<Scalar>, weight: Double, slopes: inout MutableSpan<Scalar>
  ) -> LossSums {
    precondition(ratioLevel == .token, "advantages of tokens go with ratios of tokens")
    precondition(advantages.count == newLogProbs.count, "one advantage per token")
    return writeTerms(
      newLogProbs: newLogProbs, oldLogProbs: oldLogProbs, referenceLogProbs: referenceLogProbs,
      weight: weight, slopes: &slopes, advantage: { Double(advantages[$0]) })
  }

  private func writeTerms<Scalar: BinaryFloatingPoint>(
    newLogProbs: Span<Scalar>, oldLogProbs: Span<Scalar>, referenceLogProbs: Span<Scalar>?,
    weight: Double, slopes: inout MutableSpan<Scalar>, advantage: (Int) -> Double
  ) -> LossSums {
    let count = newLogProbs.count
    precondition(oldLogProbs.count == count, "one old log-probability per token")
    precondition(slopes.count == count, "one gradient per token")
    if let referenceLogProbs {
      precondition(referenceLogProbs.count == count, "one reference log-probability per token")
    } else {
      precondition(klWeight == 0, "the KL term needs the reference's log-probabilities")
    }
    let shared = sharedLogRatio(newLogProbs, oldLogProbs)
    var sums = LossSums()
    var policyLoss = 0.0
    var klLoss = 0.0
    for token in 0..<count {
      let new = Double(newLogProbs[token])
      // Not `shared ?? ...`: the compiler (6.3) stops at an autoclosure that captures a span.
      var logRatio = new - Double(oldLogProbs[token])
      if let shared { logRatio = shared }
      let term = surrogate.term(
        logRatio: logRatio, newLogProb: new, advantage: advantage(token))
      policyLoss += term.loss
      var slope = term.slope
      if let referenceLogProbs {
        let reference = Double(referenceLogProbs[token])
        if klWeight > 0 {
          klLoss += klWeight * klEstimator.value(policy: new, reference: reference)
          slope += klWeight * klEstimator.slope(policy: new, reference: reference)
        }
        sums.enterEstimates(policy: new, reference: reference)
      }
      slopes[token] = Scalar(weight * slope)
      sums.enter(term.region, isNewRatio: token == 0 || shared == nil)
    }
    // One action: its term was added once per token.
    if ratioLevel == .completion { policyLoss /= Double(max(count, 1)) }
    sums.policyLoss = weight * policyLoss
    sums.klLoss = weight * klLoss
    return sums
  }

  /// The log-ratio that all tokens of the completion share; `nil` where each has its own.
  private func sharedLogRatio<Scalar: BinaryFloatingPoint>(
    _ newLogProbs: Span<Scalar>, _ oldLogProbs: Span<Scalar>
  ) -> Double? {
    guard ratioLevel != .token else { return nil }
    var sum = 0.0
    for token in newLogProbs.indices {
      sum += Double(newLogProbs[token]) - Double(oldLogProbs[token])
    }
    return ratioLevel == .sequence ? sum / Double(max(newLogProbs.count, 1)) : sum
  }
}
