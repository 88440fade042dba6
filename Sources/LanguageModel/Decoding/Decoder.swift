internal import Kernels

/// Decodes the prompts of one lane: rows of running sequences, refilled as soon as one ends.
final class Decoder {
  private let slots: Int
  private let vocabulary: Int
  private let maximumNewTokens: Int
  private let workspace: Workspace
  private let cache: KeyValueCache  // completions, one slot a row
  private let promptCache: KeyValueCache  // prompts, shared by their copies
  private let firstLogits: FloatView  // (prompt slots, V): after each prompt's last token
  private let weights: FloatView  // (V)
  private let scores: FloatView

  /// A running sequence: one row of the decoding batch.
  private struct Row {
    var sequence = 0
    var prompt = 0
    var copy: UInt32 = 0
    var slot = 0
    var promptSlot = 0
    var count = 0
    var token: Int32 = 0
  }
  private var rows: [Row]
  private var active = 0
  private var freeSlots: [Int] = []
  private var freePromptSlots: [Int] = []
  private var promptSlots: [Int] = []  // by prompt of the lane, -1 before its prefill
  private var copiesLeft: [Int] = []  // by prompt of the lane

  init(_ c: ModelConfiguration, slots: Int, longestPrompt: Int, maximumNewTokens: Int) {
    self.slots = slots
    self.maximumNewTokens = maximumNewTokens
    vocabulary = c.vocabularySize
    let promptSlotCount = slots + 32
    workspace = Workspace(
      c, tokens: max(256, max(slots, longestPrompt)), sequence: longestPrompt,
      keepsActivations: false)
    cache = KeyValueCache(
      layers: c.layers, slots: slots, capacity: maximumNewTokens, shape: c.attention)
    promptCache = KeyValueCache(
      layers: c.layers, slots: promptSlotCount, capacity: longestPrompt, shape: c.attention)
    firstLogits = FloatBuffer(count: promptSlotCount * c.vocabularySize).all
    weights = FloatBuffer(count: c.vocabularySize).all
    scores = FloatBuffer(count: promptCache.capacity + cache.capacity + 64).all
    rows = Array(repeating: Row(), count: slots)
    freeSlots.reserveCapacity(slots)
    freePromptSlots.reserveCapacity(promptSlotCount)
  }

  /// Completes the prompts `range` of a request.
  func run(
    _ model: Transformer, _ request: GenerationRequest, prompts range: Range<Int>,
    into result: Generations
  ) {
    active = 0
    freeSlots.removeAll(keepingCapacity: true)
    freeSlots.append(contentsOf: (0..<slots).reversed())
    freePromptSlots.removeAll(keepingCapacity: true)
    freePromptSlots.append(contentsOf: (0..<promptCache.slots).reversed())
    promptSlots.removeAll(keepingCapacity: true)
    promptSlots.append(contentsOf: repeatElement(-1, count: range.count))
    copiesLeft.removeAll(keepingCapacity: true)
    copiesLeft.append(contentsOf: repeatElement(request.copies, count: range.count))

    var waiting = 0  // the lane's next sequence to start
    let total = range.count * request.copies
    while true {
      while active < slots && waiting < total {
        let prompt = waiting / request.copies
        if promptSlots[prompt] < 0 {
          prefill(model, request, range, from: prompt)
        }
        start(request, range, waiting, result)
        waiting += 1
      }
      if active == 0 { return }
      step(model, request, range, result)
    }
  }

  /// Runs as many of the next prompts as fit, and keeps their keys, values and last logits.
  private func prefill(
    _ model: Transformer, _ request: GenerationRequest, _ range: Range<Int>, from first: Int
  ) {
    workspace.reset()
    var next = first
    while next < range.count, !freePromptSlots.isEmpty {
      let tokens = request.prompts[range.lowerBound + next]
      if workspace.tokenCount + tokens.count > workspace.tokenCapacity { break }
      workspace.append(tokens, scoredFrom: tokens.count - 1)
      promptSlots[next] = freePromptSlots.removeLast()
      next += 1
    }
    // A prompt leaves its slot when its last copy ends, and there are more prompt slots than rows,
    // so a free row always finds one.
    precondition(next > first)
    model.trunk(workspace) { layer, qkv, out, probabilities in
      for s in 0..<workspace.sequenceCount {
        let start = workspace.sequenceStarts[s]
        for t in start..<workspace.sequenceStarts[s + 1] {
          promptCache.store(
            layer: layer, slot: promptSlots[first + s], position: t - start, qkv, row: t)
        }
      }
      model.attendPacked(workspace, qkv, out, probabilities)
    }
    model.features(workspace)
    model.logits(workspace)
    for s in 0..<workspace.sequenceCount {
      firstLogits.slice(promptSlots[first + s] * vocabulary, vocabulary).copy(
        from: workspace.logits.slice(s * vocabulary, vocabulary))
    }
  }

  /// Gives a waiting sequence a row and its first token.
  private func start(
    _ request: GenerationRequest, _ range: Range<Int>, _ sequence: Int, _ result: Generations
  ) {
    let prompt = sequence / request.copies
    let row = Row(
      sequence: range.lowerBound * request.copies + sequence, prompt: prompt,
      copy: UInt32(sequence % request.copies), slot: freeSlots.removeLast(),
      promptSlot: promptSlots[prompt], count: 0, token: 0)
    rows[active] = row
    active += 1
    if !pick(request, range, active - 1, firstLogits, row.promptSlot, result) {
      finish(active - 1, request, result)
    }
  }

  /// Feeds every row's last token and picks its next one.
  private func step(
    _ model: Transformer, _ request: GenerationRequest, _ range: Range<Int>, _ result: Generations
  ) {
    let ws = workspace
    ws.reset()
    ws.tokenCount = active
    ws.scoredCount = active
    for i in 0..<active {
      let row = rows[i]
      ws.tokens[i] = row.token
      ws.positions[i] = Int32(
        request.prompts[range.lowerBound + row.prompt].count + row.count - 1)
      ws.scoredRows[i] = Int32(i)
    }
    model.trunk(ws) { layer, qkv, out, _ in
      for i in 0..<active {
        let row = rows[i]
        cache.store(layer: layer, slot: row.slot, position: row.count - 1, qkv, row: i)
        cache.attend(
          out, qkv, row: i, layer: layer, prompts: promptCache, promptSlot: row.promptSlot,
          promptCount: request.prompts[range.lowerBound + row.prompt].count, slot: row.slot,
          count: row.count, scores: scores)
      }
    }
    model.features(ws)
    model.logits(ws)
    // Backwards, because a finished row is replaced by the last one.
    for i in (0..<active).reversed() {
      if !pick(request, range, i, ws.logits, i, result) { finish(i, request, result) }
    }
  }

  /// Picks a row's next token; false when the sequence has ended.
  private func pick(
    _ request: GenerationRequest, _ range: Range<Int>, _ index: Int, _ logits: FloatView,
    _ logitsRow: Int, _ result: Generations
  ) -> Bool {
    let row = rows[index]
    let counter = SIMD4(
      UInt32(row.count), row.copy, request.keys[range.lowerBound + row.prompt], request.step)
    let token = TokenSampler.pick(
      logits, row: logitsRow, vocabulary: vocabulary, rule: request.rule,
      uniform: request.rule.isGreedy ? 0 : request.random.uniform(counter), scratch: weights)
    result.append(row.sequence, token)
    rows[index].token = token.token
    rows[index].count += 1
    return token.token != request.endToken && rows[index].count < request.maximumNewTokens
  }

  /// Frees a row; its prompt's slot too after the last copy.
  private func finish(_ index: Int, _ request: GenerationRequest, _ result: Generations) {
    let row = rows[index]
    request.whenFinished?(row.sequence, result.tokens(row.sequence))
    freeSlots.append(row.slot)
    copiesLeft[row.prompt] -= 1
    if copiesLeft[row.prompt] == 0 { freePromptSlots.append(row.promptSlot) }
    active -= 1
    rows[index] = rows[active]
  }
}
