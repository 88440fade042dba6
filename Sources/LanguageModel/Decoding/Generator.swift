package import Kernels
package import Parallel

/// What to generate: completions of prompts, `copies` each.
package struct GenerationRequest: Sendable {
  /// Prompt tokens; none is empty.
  package var prompts: [[Int32]]
  /// Each prompt's number in the run's randomness; equal numbers get equal completions.
  package var keys: [UInt32]
  /// Completions per prompt (G).
  package var copies: Int
  /// Most tokens of a completion, the end mark counted in.
  package var maximumNewTokens: Int
  /// How tokens are picked.
  package var rule: SamplingRule
  /// The token that ends a completion; with nil only the limit does.
  package var endToken: Int32?
  /// The stream that decides the picks.
  package var random: Philox
  /// The training step, part of each pick's counter.
  package var step: UInt32
  /// Called with each sequence and its tokens as soon as it is finished, on the thread that sampled it.
  package var whenFinished: (@Sendable (_ sequence: Int, _ tokens: [Int32]) -> Void)?

  package init(
    prompts: [[Int32]], keys: [UInt32], copies: Int, maximumNewTokens: Int, rule: SamplingRule,
    endToken: Int32?, random: Philox, step: UInt32
  ) {
    precondition(prompts.count == keys.count && copies > 0 && maximumNewTokens > 0)
    self.prompts = prompts
    self.keys = keys
    self.copies = copies
    self.maximumNewTokens = maximumNewTokens
    self.rule = rule
    self.endToken = endToken
    self.random = random
    self.step = step
  }
}

/// Completions of a request; sequence s is copy s mod G of prompt s / G.
package final class Generations: Sendable {
  /// Number of sequences.
  package let count: Int
  private let limit: Int
  private let tokenStore: IndexBuffer  // (sequences, limit)
  private let logProbabilityStore: FloatBuffer  // (sequences, limit)
  private let entropySums: FloatBuffer  // (sequences)
  private let lengths: IndexBuffer  // (sequences)

  init(count: Int, limit: Int) {
    self.count = count
    self.limit = limit
    tokenStore = IndexBuffer(count: count * limit)
    logProbabilityStore = FloatBuffer(count: count * limit)
    entropySums = FloatBuffer(count: count)
    lengths = IndexBuffer(count: count)
  }

  func append(_ sequence: Int, _ pick: SampledToken) {
    let length = Int(lengths[sequence])
    tokenStore[sequence * limit + length] = pick.token
    logProbabilityStore.all[sequence * limit + length] = pick.logProbability
    entropySums.all[sequence] += pick.entropy
    lengths[sequence] = Int32(length + 1)
  }

  /// Tokens of a sequence, its end mark counted in.
  package func length(_ sequence: Int) -> Int { Int(lengths[sequence]) }

  /// The tokens of a sequence, with its end mark where it has one.
  package func tokens(_ sequence: Int) -> [Int32] {
    (0..<length(sequence)).map { tokenStore[sequence * limit + $0] }
  }

  /// Sum of the distributions' entropies over a sequence's tokens, nats.
  package func entropySum(_ sequence: Int) -> Float { entropySums.all[sequence] }

  /// The sampler's log-probabilities of a sequence's tokens.
  package func logProbabilities(_ sequence: Int) -> [Float] {
    logProbabilityStore.view(sequence * limit, length(sequence)).array
  }
}

/// Samples completions with continuous batching; a prompt is read once for all its copies.
///
/// Prompts are cut into lanes by their number alone; a lane decodes on one thread at a time.
package final class Generator {
  private let layout: ParameterLayout
  private let team: Team
  private let longestPrompt: Int
  private let maximumNewTokens: Int
  private var decoders: [Decoder] = []
  /// Rows a lane decodes at once.
  package static let slots = 64

  /// Lanes of a request: enough for many cores, each with as many sequences as keep its rows busy
  /// until the last ones end.
  static func lanes(sequences: Int, prompts: Int) -> Int {
    let full = (sequences + slots - 1) / slots
    return max(1, min(prompts, full, max(8, min(16, full / 2))))
  }

  /// For prompts and completions up to these lengths.
  package init(_ layout: ParameterLayout, longestPrompt: Int, maximumNewTokens: Int, team: Team) {
    precondition(longestPrompt + maximumNewTokens <= layout.configuration.contextLength + 1)
    self.layout = layout
    self.longestPrompt = longestPrompt
    self.maximumNewTokens = maximumNewTokens
    self.team = team
  }

  /// Samples all completions of a request.
  package func generate(_ model: Transformer, _ request: GenerationRequest) -> Generations {
    precondition(model.configuration == layout.configuration)
    precondition(request.prompts.allSatisfy { !$0.isEmpty && $0.count <= longestPrompt })
    precondition(request.maximumNewTokens <= maximumNewTokens)
    let total = request.prompts.count * request.copies
    let result = Generations(count: total, limit: request.maximumNewTokens)
    let laneCount = Self.lanes(sequences: total, prompts: request.prompts.count)
    let lanes = team.mine(laneCount)
    while decoders.count < min(team.threads, lanes.count) {
      decoders.append(
        Decoder(
          model, slots: Self.slots, longestPrompt: longestPrompt,
          maximumNewTokens: maximumNewTokens))
    }
    let (prompts, pool) = (request.prompts.count, Workers(decoders))
    team.forEach(pieces: lanes.count) { worker, place in
      let lane = lanes.lowerBound + place
      let range = prompts * lane / laneCount..<prompts * (lane + 1) / laneCount
      pool[worker].run(model, request, prompts: range, into: result)
    }
    return result
  }
}
