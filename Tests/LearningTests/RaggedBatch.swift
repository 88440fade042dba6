import Learning
import TestSupport

/// Completions put end to end, without padding, as the trainer has them.
struct RaggedBatch {
  var lengths: [Int]
  var new: [Double]
  var old: [Double]
  var reference: [Double]?
  /// One per completion.
  var advantages: [Double]

  /// The completions of losses.json.
  init(losses: FixtureValue) {
    let batch = losses["batch"]
    lengths = batch["lengths"].counts
    new = batch["logprobs"].ragged(lengths)
    old = batch["old_logprobs"].ragged(lengths)
    reference = batch["reference_logprobs"].ragged(lengths)
    advantages = lengths.map { _ in 0 }
  }

  /// Completions of ragged lengths from 0 tokens on, some with an advantage of 0.
  init(random: inout TestRandom, completions: Int) {
    lengths = (0..<completions).map { _ in random.whole(0...9) }
    let tokens = lengths.reduce(0, +)
    old = (0..<tokens).map { _ in random.uniform(-4 ... -0.05) }
    var noise = random
    new = old.map { $0 + noise.uniform(-0.6...0.6) }
    reference = old.map { $0 + noise.uniform(-0.6...0.6) }
    random = noise
    advantages = (0..<completions).map { $0 % 5 == 4 ? 0 : noise.uniform(-2...2) }
  }

  /// Where the tokens of a completion are.
  func tokens(of completion: Int) -> Range<Int> {
    let start = lengths[..<completion].reduce(0, +)
    return start..<start + lengths[completion]
  }

  /// Sums of some completions, in the order given; their slopes go to their places in `slopes`.
  func accumulate(
    _ loss: PolicyLoss, divisor: LossDivisor, completions: some Sequence<Int>,
    into slopes: inout [Double]
  ) -> LossSums {
    var sums = LossSums()
    for completion in completions {
      let range = tokens(of: completion)
      var piece = [Double](repeating: .nan, count: range.count)
      let weight = divisor.weight(completionTokens: range.count)
      var target = piece.mutableSpan
      if let reference {
        sums += loss.write(
          newLogProbs: new.span.extracting(range), oldLogProbs: old.span.extracting(range),
          referenceLogProbs: reference.span.extracting(range), advantage: advantages[completion],
          weight: weight, slopes: &target)
      } else {
        sums += loss.write(
          newLogProbs: new.span.extracting(range), oldLogProbs: old.span.extracting(range),
          referenceLogProbs: nil, advantage: advantages[completion], weight: weight,
          slopes: &target)
      }
      slopes.replaceSubrange(range, with: piece)
    }
    return sums
  }

  /// The loss and slopes of the whole batch, but for the completions left out, whose slopes are 0.
  func evaluate(
    _ loss: PolicyLoss, divisor: LossDivisor, without leftOut: Set<Int> = []
  ) -> (sums: LossSums, slopes: [Double]) {
    var slopes = [Double](repeating: 0, count: new.count)
    let sums = accumulate(
      loss, divisor: divisor, completions: lengths.indices.filter { !leftOut.contains($0) },
      into: &slopes)
    return (sums, slopes)
  }
}
