import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

@Suite struct DecodingSessionTests {
  private static let V = 20

  private func model(heads: OutputHeads = .logits) -> Transformer {
    Transformer(
      Parameters.lively(
        ModelConfiguration(
          vocabularySize: Self.V, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2,
          feedForwardSize: 48, contextLength: 64), heads: heads, seed: 31))
  }

  private func session(_ model: Transformer, slots: Int = 8, prompts: Int = 4) -> DecodingSession {
    DecodingSession(model, slots: slots, prompts: prompts, longestPrompt: 12, maximumNewTokens: 20)
  }

  /// Whether logits after a text, read token by token, are those of a pass over the whole text.
  private func expect(
    _ session: DecodingSession, _ handle: DecodingSession.Handle, after text: [Int32],
    of model: Transformer, isExact: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let wanted = Array(model.logits(of: text).suffix(model.configuration.vocabularySize))
    let got = session.logits(of: handle).array
    #expect(
      Tolerance.largestError(got, wanted.doubles) < 1e-5, sourceLocation: sourceLocation)
    if isExact {
      #expect(Tolerance.differingBits(got, wanted) == 0, sourceLocation: sourceLocation)
    }
  }

  @Test func logitsAreThoseOfAWholePass() {
    let model = model()
    var random = TestRandom(32)
    var texts = [3, 12, 1].map { random.tokens($0, vocabulary: Self.V) }
    let session = session(model)
    let handles = session.prefill(texts[...])
    #expect(handles.count == 3)
    for (handle, text) in zip(handles, texts) { expect(session, handle, after: text, of: model) }
    var more = TestRandom(33)
    for step in 0..<20 {
      // Not always all of them, and not always in the same order.
      let chosen = [[2, 0, 1], [1], [0, 2]][step % 3].filter { texts[$0].count < 30 }
      let tokens = more.tokens(chosen.count, vocabulary: Self.V)
      session.extend(zip(chosen, tokens).map { (handles[$0], $1) })
      for (text, token) in zip(chosen, tokens) { texts[text].append(token) }
      for (handle, text) in zip(handles, texts) {
        expect(session, handle, after: text, of: model)
      }
    }
  }

  /// Where the products allow it (see SamplerIsTrainerTests), to the bit.
  @Test func logitsOfAPresetAreExact() throws {
    let configuration = try #require(
      ModelConfiguration.preset("nano", vocabularySize: 88, contextLength: 40))
    let model = Transformer(Parameters.lively(configuration, seed: 34))
    let isExact = configuration.samplesAsItTrains
    let session = DecodingSession(
      model, slots: 3, prompts: 2, longestPrompt: 12, maximumNewTokens: 20)
    var random = TestRandom(35)
    var texts = [9, 12].map { random.tokens($0, vocabulary: 88) }
    var handles = session.prefill(texts[...])
    for step in 0..<12 {
      if step == 5 {
        handles.append(session.fork(handles[0]))
        texts.append(texts[0])
      }
      let tokens = random.tokens(texts.count, vocabulary: 88)
      session.extend(zip(handles, tokens).map { ($0, $1) })
      for i in texts.indices {
        texts[i].append(tokens[i])
        expect(session, handles[i], after: texts[i], of: model, isExact: isExact)
      }
    }
  }

  @Test(arguments: [0, 1, 7])
  func forksAreTextsOfTheirOwn(after length: Int) {
    let model = model()
    let session = session(model)
    var random = TestRandom(36)
    var text = random.tokens(5, vocabulary: Self.V)
    let handle = session.prefill([text])[0]
    for token in random.tokens(length, vocabulary: Self.V) {
      session.extend([(handle, token)])
      text.append(token)
    }
    let other = session.fork(handle)
    #expect(other != handle)
    expect(session, other, after: text, of: model)
    var (a, b) = (text, text)
    for step in 0..<6 {
      let tokens = random.tokens(2, vocabulary: Self.V)
      session.extend([(other, tokens[0])])
      a.append(tokens[0])
      if step % 2 == 0 {
        session.extend([(handle, tokens[1])])
        b.append(tokens[1])
      }
      expect(session, other, after: a, of: model)
      expect(session, handle, after: b, of: model)
    }
    // What is left goes on when the one it came from is gone, and the prompt's slot is taken again.
    session.release(handle)
    let news = session.prefill((0..<4 as Range<Int32>).map { [$0, 3] }[...])
    #expect(news.count == 3)
    session.extend([(other, 7)])
    expect(session, other, after: a + [7], of: model)
    for (i, new) in news.enumerated() { expect(session, new, after: [Int32(i), 3], of: model) }
  }

  @Test func releasedMemoryIsUsedAgain() {
    let model = model()
    let session = session(model, slots: 2, prompts: 1)
    var random = TestRandom(37)
    for round in 0..<40 {
      let text = random.tokens(round % 12 + 1, vocabulary: Self.V)
      let handle = session.prefill([text, text])[0]
      #expect(session.prefill([text]).isEmpty)
      session.extend([(handle, 4)])
      let fork = session.fork(handle)
      session.extend([(fork, 5), (handle, 6)])
      expect(session, fork, after: text + [4, 5], of: model)
      expect(session, handle, after: text + [4, 6], of: model)
      session.release(round % 2 == 0 ? handle : fork)
      session.release(round % 2 == 0 ? fork : handle)
    }
    // With texts left over from before, another model begins anew.
    _ = session.prefill([[1, 2]])
    let other = Transformer(Parameters.lively(model.configuration, seed: 38))
    session.reset(other)
    expect(session, session.prefill([[1, 2]])[0], after: [1, 2], of: other)
  }

  @Test(arguments: [OutputHeads.value, [.logits, .value]])
  func valuesAreThoseOfAPass(heads: OutputHeads) {
    let model = model(heads: heads)
    let session = session(model)
    var random = TestRandom(39)
    let text = random.tokens(16, vocabulary: Self.V)
    var batch = TokenForest()
    batch.append(prompt: Array(text.prefix(4)), completion: text.dropFirst(4))
    let wanted = TrainingPass(
      model.parameters.layout, longest: 16, team: .single, keepsActivations: false
    ).valued(model, batch)
    let handle = session.prefill([Array(text.prefix(4))])[0]
    var got = [session.value(of: handle)]
    for token in text.dropFirst(4).dropLast() {
      session.extend([(handle, token)])
      got.append(session.value(of: handle))
      #expect(session.value(of: handle) == got.last)
    }
    #expect(session.value(of: session.fork(handle)) == got.last)
    #expect(Tolerance.largestError(got, wanted.doubles) < 1e-5)
  }

  /// A second loop over a session: beam search, against one that reads every text anew.
  @Test func beamSearch() {
    struct Beam {
      var text: [Int32]
      var score: Double
    }
    let (model, width, steps) = (model(), 4, 8)
    func logSoftmax(_ logits: [Float]) -> [Double] {
      Reference.distribution(logits.doubles, temperature: 1).logProbabilities
    }
    /// The best continuations: each beam's number, a token and the score.
    func best(_ beams: [Beam], _ logits: [[Float]]) -> [(beam: Int, token: Int32, score: Double)] {
      let all = zip(beams.indices, logits).flatMap { index, logits in
        logSoftmax(logits).enumerated().map { (index, Int32($0), beams[index].score + $1) }
      }
      return Array(all.sorted { $0.2 > $1.2 }.prefix(width))
    }
    let prompt: [Int32] = [3, 1, 4, 1, 5]
    var wanted = [Beam(text: prompt, score: 0)]
    for _ in 0..<steps {
      wanted = best(wanted, wanted.map { model.logits(of: $0.text).suffix(Self.V) }).map {
        Beam(text: wanted[$0.beam].text + [$0.token], score: $0.score)
      }
    }

    // A beam's children are forks of it, and then it is gone: twice the beams for a moment.
    let session = session(model, slots: 2 * width)
    var beams = [Beam(text: prompt, score: 0)]
    var handles = session.prefill([prompt])
    for _ in 0..<steps {
      let next = best(beams, handles.map { session.logits(of: $0).array })
      let children = next.map { session.fork(handles[$0.beam]) }
      for handle in handles { session.release(handle) }
      session.extend(zip(children, next).map { ($0, $1.token) })
      beams = next.map {
        Beam(text: beams[$0.beam].text + [$0.token], score: $0.score)
      }
      handles = children
    }
    #expect(beams.map(\.text) == wanted.map(\.text))
    #expect(zip(beams, wanted).allSatisfy { abs($0.score - $1.score) < 1e-5 })
  }
}
