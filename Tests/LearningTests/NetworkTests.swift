import Kernels
import LanguageModel
import Learning
import Parallel
import TestLab
import TestSupport
import Testing

@Suite("A network's update, objective by objective, against the equations")
struct NetworkTests {
  /// What a batch is made of, and what the references are given of it.
  fileprivate struct Work {
    var batch = Batch()
    var examples: [ExampleByHand] = []

    /// Eight completions, one of them withheld, with old log-probabilities near those of the weights, so
    /// that some ratios lie inside the clip and some don't.
    init(_ weights: WeightsByHand, seed: UInt64 = 5) {
      var random = TestRandom(seed)
      func near(_ values: [Double], by scale: Double) -> [Double] {
        zip(values, random.floats(values.count, scale: scale)).map { Double(Float($0) + $1) }
      }
      var advantages: [Double] = []
      for s in 0..<8 {
        let (prompt, tokens) = (random.tokens(1 + s % 4, vocabulary: 88), 1 + s % 7)
        let completion = random.tokens(tokens, vocabulary: 88)
        let isWithheld = s == 3
        batch.append(
          Batch.Member(sequence: s, tokens: tokens, withheld: isWithheld ? .flatGroup : nil),
          prompt: prompt, completion: completion)
        if isWithheld { continue }
        var example = ExampleByHand(prompt: prompt, completion: completion)
        let new = weights.score(prompt, completion).logProbabilities
        (example.old, example.reference) = (near(new, by: 0.05), near(new, by: 0.3))
        example.oldValues = near(new.map { _ in 0 }, by: 0.3)
        example.returns = near(new.map { _ in 0.5 }, by: 0.5)
        advantages.append(random.uniform() * 4 - 2)
        example.advantages = new.map { _ in advantages[advantages.count - 1] }
        examples.append(example)
      }
      batch[.advantage] = .sequences(advantages)
      func column(_ numbers: (ExampleByHand) -> [Double]) -> Column {
        .occurrences(FloatBuffer(examples.flatMap { numbers($0).map(Float.init) }).all)
      }
      batch[.old] = column(\.old)
      batch[.reference] = column { $0.reference ?? [] }
      batch[.oldValues] = column(\.oldValues)
      batch[.returns] = column(\.returns)
    }
  }

  private func network(_ parameters: Parameters, pieceTokens: Int = 512) -> Network {
    Network(
      Transformer(parameters.copied),
      rule: AdamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1),
      maximumGradientNorm: 0.3, temperature: 1, team: Team(threads: 2), pieceTokens: pieceTokens)
  }

  private var rule: WeightsByHand.Rule {
    var rule = WeightsByHand.Rule()
    (rule.weightDecay, rule.maximumNorm) = (0.1, 0.3)
    return rule
  }

  /// Takes two updates of a batch with the engine and by hand, and compares weights, losses and norms.
  private func expectSame<O: Objective>(
    _ start: Parameters, _ batch: Batch, _ objective: O,
    byHand: (WeightsByHand) -> (loss: Double, gradient: [Double])
  ) throws {
    let network = network(start)
    var weights = WeightsByHand(start)
    let before = weights.values
    for update in 1...2 {
      let (loss, gradient) = byHand(weights)
      weights.update(along: gradient, rule, learningRate: 2e-3)
      let tally = try network.update(on: batch, by: objective, learningRate: 2e-3)
      #expect(abs(tally.meanLoss - loss) < 2e-5 * max(1, abs(loss)))
      #expect(abs(tally.meanGradientNorm / weights.norms[update - 1] - 1) < 1e-4)
      #expect(tally.updates == 1 && network.updates == update)
    }
    let moved = zip(network.model.parameters.floats, before).map { Double($0) - $1 }
    let wanted = zip(weights.values, before).map { $0 - $1 }
    #expect(Tolerance.relativeError(moved, wanted) < 2e-3)
  }

  @Test("the policy's, every normalization and level", arguments: LossNormalization.allCases)
  func policy(normalization: LossNormalization) throws {
    let start = TinyModel.parameters(seed: 6)
    let work = Work(WeightsByHand(start))
    let (low, high) = (0.02, 0.03)
    let clipped = PolicySurrogate.clipped(ClippedSurrogate(clipLow: low, clipHigh: high))
    let byHand = PolicyByHand.Surrogate.clipped(low: low, high: high, cap: nil)
    let cases: [(PolicySurrogate, PolicyByHand.Surrogate, RatioLevel)] =
      RatioLevel.allCases.map { (clipped, byHand, $0) } + [
        (
          .truncatedWeight(TruncatedWeightSurrogate(cap: 1.02)), .weighted(cap: 1.02), .token
        ), (.policyGradient, .logProbability, .token),
      ]
    for (surrogate, reference, level) in cases {
      let loss = PolicyLoss(
        surrogate, ratioLevel: level, klWeight: 0.05, klEstimator: .k3, entropyWeight: 0.02)
      var policy = PolicyByHand(reference, maxCompletionTokens: 9)
      (policy.ratioLevel, policy.normalization) = (level, normalization)
      (policy.klWeight, policy.entropyWeight) = (0.05, 0.02)
      try expectSame(
        start, work.batch,
        PolicyObjective(loss, normalization: normalization, maxCompletionTokens: 9)
      ) { [policy] weights in
        policy.loss(of: weights, on: work.examples, completions: 8, tokens: work.tokens)
      }
    }
  }

  @Test("the critic's, with and without a clip", arguments: [nil, 0.1])
  func value(clip: Double?) throws {
    let start = critic(heads: .value)
    let work = Work(WeightsByHand(TinyModel.parameters(seed: 6)))
    try expectSame(start, work.batch, ValueObjective(ValueLoss(clipRange: clip))) { weights in
      ValueByHand(clip: clip).loss(of: weights, on: work.examples, tokens: work.tokens)
    }
  }

  /// Both heads of one trunk: losses and gradients add up, and each has sums of its own.
  @Test("both at once, on one trunk")
  func both() throws {
    let start = critic(heads: [.logits, .value])
    let work = Work(WeightsByHand(TinyModel.parameters(seed: 6)))
    let objective = Both(
      PolicyObjective(
        PolicyLoss(.policyGradient, entropyWeight: 0.02), normalization: .sequenceMean,
        maxCompletionTokens: 9),
      ValueObjective(ValueLoss(clipRange: 0.1, coefficient: 0.4)))
    #expect(objective.reads == [.logProbabilities, .entropies, .values])
    var policy = PolicyByHand(.logProbability, maxCompletionTokens: 9)
    (policy.normalization, policy.entropyWeight) = (.sequenceMean, 0.02)
    try expectSame(start, work.batch, objective) { [policy] weights in
      let one = policy.loss(of: weights, on: work.examples, completions: 8, tokens: work.tokens)
      let two = ValueByHand(clip: 0.1, coefficient: 0.4).loss(
        of: weights, on: work.examples, tokens: work.tokens)
      return (one.loss + two.loss, zip(one.gradient, two.gradient).map { $0 + $1 })
    }
    let tally = try network(start).update(on: work.batch, by: objective, learningRate: 1e-3)
    let (first, second) = (tally.map(\.first), tally.map(\.second))
    #expect(first.sums.loss + second.sums.loss == tally.sums.loss && second.sums.loss > 0)
    #expect(first.sums.tokens == second.sums.tokens && first.updates == 1)
    #expect(first.gradientNorm == tally.gradientNorm && first.entropySum == tally.entropySum)
  }

  /// A critic with opinions: a head of 0 would leave its trunk without a slope.
  private func critic(heads: OutputHeads) -> Parameters {
    let parameters = Parameters(
      ParameterLayout(TinyModel.layout.configuration, heads: heads),
      from: TinyModel.parameters(seed: 6))
    var random = TestRandom(11)
    for entry in parameters.layout.valueHeadEntries {
      parameters[entry].copy(from: random.floats(entry.count, scale: 0.3))
    }
    return parameters
  }

  // MARK: Pieces, trees and networks that don't learn

  /// Sequences that share prefixes as nodes of one tree: what is learned has the same bits.
  @Test(arguments: [16, 512])
  func sharedPrefixesGiveTheSameBits(pieceTokens: Int) throws {
    var random = TestRandom(3)
    let prompts = (0..<6).map { _ in random.tokens(5, vocabulary: 88) }
    let completions = (0..<24).map { s -> [Int32] in
      let own = random.tokens(1 + s % 5, vocabulary: 88)
      // Within a group some completions begin alike too.
      return s % 4 == 0 ? own : [Int32(s / 4)] + own
    }
    let outcomes = try [false, true].map { sharesPrefixes in
      var batch = Batch(sharesPrefixes: sharesPrefixes)
      for (s, completion) in completions.enumerated() {
        batch.append(
          Batch.Member(sequence: s, tokens: completion.count), prompt: prompts[s / 4],
          completion: completion)
      }
      batch[.advantage] = .sequences(completions.indices.map { Double($0 % 5) - 2 })
      let network = network(TinyModel.parameters(seed: 6), pieceTokens: pieceTokens)
      let objective = PolicyObjective(
        PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2)), entropyWeight: 0.01),
        normalization: .sequenceMean, maxCompletionTokens: 9)
      var losses: [Double] = []
      for part in [batch, batch.part([3, 2, 8, 9, 10]), batch] {
        losses.append(
          try network.update(on: part, by: objective, learningRate: 1e-3).sums.loss)
      }
      return (
        stored: batch.forest.storedTokenCount, losses: losses,
        weights: network.model.parameters.floats,
        scores: network.logProbabilities(of: batch).array
      )
    }
    #expect(outcomes[1].stored < outcomes[0].stored && outcomes[0].losses == outcomes[1].losses)
    #expect(Tolerance.differingBits(outcomes[0].weights, outcomes[1].weights) == 0)
    #expect(Tolerance.differingBits(outcomes[0].scores, outcomes[1].scores) == 0)
  }

  @Test("a frozen network scores in another one's memory and learns nothing")
  func frozen() throws {
    let learner = network(TinyModel.parameters(seed: 6))
    let frozen = Network(
      frozen: Transformer(TinyModel.parameters(seed: 6)), beside: learner)
    #expect(frozen.optimizer == nil && frozen.updates == 0 && learner.optimizer != nil)
    let work = Work(WeightsByHand(TinyModel.parameters(seed: 6)))
    let before = frozen.logProbabilities(of: work.batch).array
    #expect(before == learner.logProbabilities(of: work.batch).array)
    let objective = PolicyObjective(
      PolicyLoss(.policyGradient), normalization: .tokenMean, maxCompletionTokens: 9)
    _ = try learner.update(on: work.batch, by: objective, learningRate: 1e-2)
    #expect(frozen.logProbabilities(of: work.batch).array == before)
    #expect(learner.logProbabilities(of: work.batch).array != before)
    let (scores, rows) = frozen.distributions(of: work.batch)
    #expect(
      scores.array == before
        && rows.count == before.count * TinyModel.layout.configuration.vocabularySize)
  }

  @Test("a loss that overflows is told by its gradient, and the weights stay")
  func notFinite() throws {
    let start = TinyModel.parameters(seed: 6)
    let network = network(start)
    var work = Work(WeightsByHand(start))
    work.batch[.advantage] = .sequences(work.examples.map { _ in 1e300 })
    let objective = PolicyObjective(
      PolicyLoss(.policyGradient), normalization: .tokenMean, maxCompletionTokens: 9)
    let batch = work.batch
    let error = #expect(throws: NotFinite.self) {
      try network.update(on: batch, by: objective, learningRate: 1e-2)
    }
    #expect(error?.what.hasPrefix("the gradient of model.") == true, "\(String(describing: error))")
    #expect(network.model.parameters.floats == start.floats && network.updates == 0)
    // An empty batch is no update, and nothing to be not finite.
    let none = try network.update(on: Batch(), by: objective, learningRate: 1e-2)
    #expect(none.updates == 0 && none.sums.loss == 0 && network.updates == 0)
  }
}

extension NetworkTests.Work {
  /// Completion tokens, those of the withheld one too.
  fileprivate var tokens: Int { batch.countedTokens }
}
