internal import Kernels

/// Samples the completions of one lane: rows of running sequences, refilled as soon as one ends.
final class Decoder {
  private let session: DecodingSession
  private let slots: Int
  private let scratch: FloatView  // (V)

  /// A running sequence.
  private struct Row {
    var sequence: Int
    var prompt: Int
    var copy: UInt32
    var handle: DecodingSession.Handle
    var count = 0
    var token: Int32 = 0
  }
  private var rows: [Row] = []
  private var prompts: [DecodingSession.Handle] = []  // of the lane, as far as they have been read
  private var fed: [(handle: DecodingSession.Handle, token: Int32)] = []

  init(_ model: Transformer, slots: Int, longestPrompt: Int, maximumNewTokens: Int) {
    self.slots = slots
    // More prompts than rows: a prompt is held until its last copy ends, so a free row always finds
    // one.
    session = DecodingSession(
      model, slots: slots, prompts: slots + 32, longestPrompt: longestPrompt,
      maximumNewTokens: maximumNewTokens)
    scratch = FloatBuffer(count: model.configuration.vocabularySize).all
    rows.reserveCapacity(slots)
    fed.reserveCapacity(slots)
  }

  /// Completes the prompts `range` of a request.
  func run(
    _ model: Transformer, _ request: GenerationRequest, prompts range: Range<Int>,
    into result: Generations
  ) {
    session.reset(model)
    prompts.removeAll(keepingCapacity: true)
    var waiting = 0  // the lane's next sequence to start
    let total = range.count * request.copies
    while true {
      while rows.count < slots && waiting < total {
        start(request, range, waiting, result)
        waiting += 1
      }
      if rows.isEmpty { return }
      step(request, range, result)
    }
  }

  /// Gives a waiting sequence a row and its first token.
  private func start(
    _ request: GenerationRequest, _ range: Range<Int>, _ sequence: Int, _ result: Generations
  ) {
    let (prompt, copy) = sequence.quotientAndRemainder(dividingBy: request.copies)
    if prompt == prompts.count {
      prompts += session.prefill(request.prompts[range.lowerBound + prompt..<range.upperBound])
    }
    let handle = prompts[prompt]
    rows.append(
      Row(
        sequence: range.lowerBound * request.copies + sequence, prompt: range.lowerBound + prompt,
        copy: UInt32(copy),
        // The last copy needs no original.
        handle: copy == request.copies - 1 ? handle : session.fork(handle)))
    pick(request, rows.count - 1, result)
  }

  /// Feeds every row's last token and picks its next one.
  private func step(_ request: GenerationRequest, _ range: Range<Int>, _ result: Generations) {
    fed.removeAll(keepingCapacity: true)
    for row in rows { fed.append((row.handle, row.token)) }
    session.extend(fed)
    // Backwards, because a finished row is replaced by the last one.
    for index in rows.indices.reversed() { pick(request, index, result) }
  }

  /// Picks a row's next token; a sequence that has ended gives up its row.
  private func pick(_ request: GenerationRequest, _ index: Int, _ result: Generations) {
    let row = rows[index]
    let counter = SIMD4(UInt32(row.count), row.copy, request.keys[row.prompt], request.step)
    let token = TokenSampler.pick(
      session.logits(of: row.handle), row: 0, vocabulary: scratch.count, rule: request.rule,
      uniform: request.rule.isGreedy ? 0 : request.random.uniform(counter), scratch: scratch)
    result.append(row.sequence, token)
    rows[index].token = token.token
    rows[index].count += 1
    if token.token == request.endToken || rows[index].count == request.maximumNewTokens {
      request.whenFinished?(row.sequence, result.tokens(row.sequence))
      session.release(row.handle)
      rows.swapAt(index, rows.count - 1)
      rows.removeLast()
    }
  }
}
