/// Several verifiers as one: the reward is the weighted sum of their parts.
///
/// Every part is logged, also at weight 0. Where one of the verifiers fails, the whole fails.
public struct WeightedVerifier: BatchVerifier {
  /// The name of the combination, normally that of its first verifier.
  public let name: String
  /// The parts of all verifiers, in their order.
  public let partNames: [String]
  /// What each part weighs; parts that aren't named weigh nothing.
  public let weights: [String: Double]
  /// The combined verifiers.
  public let components: [any Verifier]

  /// Combines verifiers.
  ///
  /// - Throws: `VerifierError` where two verifiers have a part of the same name, or where a weight
  ///   isn't finite or names no part.
  public init(
    name: String, _ verifiers: [any Verifier], weights: [String: Double]
  ) throws(VerifierError) {
    self.name = name
    self.partNames = verifiers.flatMap(\.partNames)
    self.weights = weights
    components = verifiers
    var seen: Set<String> = []
    for part in partNames where !seen.insert(part).inserted {
      throw .partDefinedTwice(part)
    }
    for (part, weight) in weights.sorted(by: { $0.key < $1.key }) {
      guard seen.contains(part) else { throw .unknownPart(part, verifier: name, known: partNames) }
      guard weight.isFinite else { throw .weightNotFinite(part: part) }
    }
  }

  /// The weighted sum with all parts; `failure` where one of the verifiers fails.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    combined(components.map { $0.verify(completion, of: problem) })
  }

  /// Hands the completions to all verifiers.
  package func begin(
    _ submissions: [Submission], within budget: FailureBudget
  ) -> PendingVerdicts {
    let pending = components.map { $0.handIn(submissions, within: budget) }
    return PendingVerdicts {
      let verdicts = pending.map { $0.verdicts() }
      return submissions.indices.map { index in combined(verdicts.map { $0[index] }) }
    }
  }

  private func combined(_ verdicts: [Verdict]) -> Verdict {
    var parts: [String: Double] = [:]
    for (verifier, verdict) in zip(components, verdicts) {
      switch verdict {
      case .failure(let reason): return .failure("\(verifier.name): \(reason)")
      case .score(let score): parts.merge(score.parts) { first, _ in first }
      }
    }
    // Summed in the order of the parts: a dictionary's order differs from run to run.
    var reward = 0.0
    for part in partNames { reward += (weights[part] ?? 0) * (parts[part] ?? 0) }
    return .score(Score(reward: reward, parts: parts))
  }

  /// The first objection of the verifiers, in their order.
  public func objection(to problem: Problem) -> String? {
    for verifier in components {
      if let objection = verifier.objection(to: problem) { return objection }
    }
    return nil
  }
}
