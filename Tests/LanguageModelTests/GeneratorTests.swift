import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

@Suite struct GeneratorTests {
  private static let configuration = ModelConfiguration(
    vocabularySize: 20, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2,
    feedForwardSize: 48, contextLength: 64)
  private let model = Transformer(Parameters.lively(Self.configuration, seed: 9))
  private let longest = 12

  private func generator(threads: Int = 1) -> Generator {
    Generator(
      model.parameters.layout, longestPrompt: longest, maximumNewTokens: 24,
      team: Team(threads: threads))
  }

  /// Prompts of 1 to 12 tokens, keyed by their index.
  private func request(
    prompts count: Int, copies: Int = 1, maximumNewTokens: Int = 24,
    rule: SamplingRule = SamplingRule(), endToken: Int32? = 2
  ) -> GenerationRequest {
    var random = TestRandom(10)
    return GenerationRequest(
      prompts: (0..<count).map { random.tokens($0 * 5 % longest + 1, vocabulary: 20) },
      keys: (0..<UInt32(count)).map { $0 }, copies: copies, maximumNewTokens: maximumNewTokens,
      rule: rule, endToken: endToken, random: Philox(seed: 1, purpose: RandomPurpose.rollout),
      step: 3)
  }

  private func tokens(_ result: Generations) -> [[Int32]] {
    (0..<result.count).map { result.tokens($0) }
  }

  @Test(arguments: [nil, 2] as [Int32?])
  func greedyIsTheArgmaxOfFullPasses(endToken: Int32?) {
    let request = request(prompts: 12, rule: .greedy, endToken: endToken)
    let result = generator().generate(model, request)
    for (s, prompt) in request.prompts.enumerated() {
      var (text, wanted) = (prompt, [Int32]())
      while wanted.count < 24 {
        let last = model.logits(of: text).suffix(20)
        let best = last.indices.reduce(last.startIndex) { last[$1] > last[$0] ? $1 : $0 }
        wanted.append(Int32(best - last.startIndex))
        text.append(wanted[wanted.count - 1])
        if wanted.last == endToken { break }
      }
      #expect(result.tokens(s) == wanted, "prompt \(s)")
    }
  }

  /// More sequences in each lane than rows, so that rows and prompt slots change hands: many
  /// prompts, and few with many copies.
  @Test(arguments: [(2100, 1), (3, 200), (40, 9)])
  func continuousBatchingChangesNothing(prompts: Int, copies: Int) {
    let request = request(prompts: prompts, copies: copies)
    let generator = generator(threads: 2)
    let result = generator.generate(model, request)
    #expect(result.count == prompts * copies)
    var (ended, differing) = (0, 0)
    for prompt in stride(from: 0, to: prompts, by: max(1, prompts / 40)) {
      var alone = request
      alone.prompts = [request.prompts[prompt]]
      alone.keys = [request.keys[prompt]]
      // One copy more moves no other: each has its own counter.
      alone.copies = min(copies + 1, 12)
      let single = generator.generate(model, alone)
      for copy in 0..<min(copies, 12) {
        let whole = result.tokens(prompt * copies + copy)
        if single.tokens(copy) != whole { differing += 1 }
        if whole.last == 2 { ended += 1 }
        let error = Tolerance.largestError(
          single.logProbabilities(copy), result.logProbabilities(prompt * copies + copy).doubles)
        #expect(error < 1e-5)
      }
    }
    #expect(differing == 0 && ended > 3)
  }

  @Test func threadsAndNeighboursChangeNothing() {
    let request = request(prompts: 400, copies: 3)
    let wanted = generator().generate(model, request)
    for threads in [2, 3] {
      let other = generator(threads: threads).generate(model, request)
      #expect(tokens(other) == tokens(wanted))
      let differing = (0..<wanted.count).reduce(0) {
        $0 + Tolerance.differingBits(other.logProbabilities($1), wanted.logProbabilities($1))
      }
      #expect(differing == 0)
    }
    // The other way round, the keys go with their prompts.
    var reversed = request
    reversed.prompts.reverse()
    reversed.keys.reverse()
    let back = tokens(generator().generate(model, reversed))
    let inOrder = (0..<400).reversed().flatMap { back[$0 * 3..<$0 * 3 + 3] }
    #expect(inOrder == tokens(wanted))
  }

  @Test func aGeneratorLeavesNothingBehind() {
    let (request, generator) = (request(prompts: 30, copies: 4), generator(threads: 2))
    let first = tokens(generator.generate(model, request))
    _ = generator.generate(model, self.request(prompts: 500, maximumNewTokens: 3))
    #expect(tokens(generator.generate(model, request)) == first)
  }

  @Test func randomnessIsKeyedByStepPromptAndCopy() {
    let request = request(prompts: 1, copies: 8, endToken: nil)
    let generator = generator()
    let wanted = tokens(generator.generate(model, request))
    #expect(Set(wanted).count == 8)
    var changed = request
    changed.step = 4
    #expect(tokens(generator.generate(model, changed)) != wanted)
    changed = request
    changed.keys = [7]
    #expect(tokens(generator.generate(model, changed)) != wanted)
    changed = request
    changed.random = Philox(seed: 2, purpose: RandomPurpose.rollout)
    #expect(tokens(generator.generate(model, changed)) != wanted)
    changed = request
    changed.prompts.append(request.prompts[0])
    changed.keys.append(request.keys[0])
    #expect(tokens(generator.generate(model, changed)) == wanted + wanted)
  }

  @Test(arguments: [1, 2, 23, 24])
  func lengthsStayWithinTheLimit(maximumNewTokens: Int) {
    let generator = generator()
    let free = generator.generate(
      model, request(prompts: 20, copies: 2, maximumNewTokens: maximumNewTokens, endToken: nil))
    #expect((0..<free.count).allSatisfy { free.length($0) == maximumNewTokens })
    let ended = generator.generate(
      model, request(prompts: 20, copies: 2, maximumNewTokens: maximumNewTokens))
    for s in 0..<ended.count {
      let (tokens, whole) = (ended.tokens(s), free.tokens(s))
      // The same text, cut after the first end mark.
      let end = whole.firstIndex(of: 2).map { $0 + 1 } ?? maximumNewTokens
      #expect(tokens == Array(whole[..<end]) && ended.logProbabilities(s).count == end)
    }
  }

  @Test func theWholeContextIsUsed() {
    let generator = Generator(
      model.parameters.layout, longestPrompt: 60, maximumNewTokens: 5, team: .single)
    var random = TestRandom(11)
    let prompt = random.tokens(60, vocabulary: 20)
    let result = generator.generate(
      model,
      GenerationRequest(
        prompts: [prompt], keys: [0], copies: 1, maximumNewTokens: 5, rule: .greedy, endToken: nil,
        random: Philox(seed: 0, purpose: 0), step: 0))
    let logits = model.logits(of: prompt + result.tokens(0).dropLast()).suffix(20)
    let largest = logits.max() ?? 0
    #expect(result.length(0) == 5)
    #expect(logits[logits.startIndex + Int(result.tokens(0)[4])] > largest - 1e-4)
  }

  @Test func noPromptsGiveNothing() {
    #expect(generator().generate(model, request(prompts: 0)).count == 0)
  }
}
