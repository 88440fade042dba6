package import Kernels

/// A model reading texts token by token: prefill, extend, fork, release; after each the logits.
///
/// What sampling and search are loops over. Memory is made once, for `prompts` prompts and `slots`
/// texts that continue them. Forks share their prompt's keys and values; what came after it
/// is copied. A text's logits don't depend on the others where the processor's products allow.
package final class DecodingSession {
  /// One text of a session, until it is released.
  package struct Handle: Sendable, Hashable {
    fileprivate let index: Int
  }

  private struct Text {
    var promptSlot = -1  // -1: a free handle
    var promptLength = 0
    var slot = -1  // -1: nothing after the prompt
    var count = 0  // tokens after the prompt
    var pass = 0  // the last one that extended it
  }

  private var model: Transformer
  private let workspace: Workspace
  private let prompts: KeyValueCache
  private let completions: KeyValueCache
  private let scores: FloatView
  private let logits: FloatView  // (handles, V)
  private let values: FloatView  // (handles)
  private let rowValues: FloatView  // (rows of a pass)
  private var texts: [Text]
  private var promptUses: [Int]  // texts by prompt slot
  private var freeHandles: [Int] = []
  private var freePrompts: [Int] = []
  private var freeSlots: [Int] = []
  private var passes = 0

  private var V: Int { model.configuration.vocabularySize }
  private var heads: OutputHeads { model.parameters.layout.heads }

  /// For prompts of up to `longestPrompt` tokens and `maximumNewTokens` after them.
  package init(
    _ model: Transformer, slots: Int, prompts: Int, longestPrompt: Int, maximumNewTokens: Int
  ) {
    let c = model.configuration
    self.model = model
    workspace = Workspace(
      c, tokens: max(256, slots, longestPrompt), sequence: longestPrompt, keepsActivations: false)
    self.prompts = KeyValueCache(
      layers: c.layers, slots: prompts, capacity: longestPrompt, shape: c.attention)
    completions = KeyValueCache(
      layers: c.layers, slots: slots, capacity: maximumNewTokens, shape: c.attention)
    scores = FloatBuffer(count: self.prompts.capacity + completions.capacity + 64).all
    let handles = prompts + slots
    logits = FloatBuffer(count: handles * c.vocabularySize).all
    values = FloatBuffer(count: handles).all
    rowValues = FloatBuffer(count: workspace.tokenCapacity).all
    texts = Array(repeating: Text(), count: handles)
    promptUses = Array(repeating: 0, count: prompts)
    reset(model)
  }

  /// Releases all texts and takes another model of the same configuration.
  package func reset(_ model: Transformer) {
    precondition(model.configuration == self.model.configuration, "a model of the same shape")
    self.model = model
    for index in texts.indices { texts[index] = Text() }
    for slot in promptUses.indices { promptUses[slot] = 0 }
    Self.fill(&freeHandles, texts.count)
    Self.fill(&freePrompts, prompts.slots)
    Self.fill(&freeSlots, completions.slots)
  }

  private static func fill(_ free: inout [Int], _ count: Int) {
    free.removeAll(keepingCapacity: true)
    free.append(contentsOf: (0..<count).reversed())
  }

  /// Reads as many of the prompts as fit, from the first; at least one, if a prompt is free.
  package func prefill(_ texts: ArraySlice<[Int32]>) -> [Handle] {
    workspace.reset()
    var handles: [Handle] = []
    for tokens in texts.prefix(freePrompts.count) {
      if workspace.tokenCount + tokens.count > workspace.tokenCapacity { break }
      workspace.append(tokens, scoredFrom: tokens.count - 1)
      handles.append(
        take(Text(promptSlot: freePrompts.removeLast(), promptLength: tokens.count)))
    }
    if handles.isEmpty { return handles }
    model.trunk(workspace) { layer, qkv, out, probabilities in
      for (s, handle) in handles.enumerated() {
        let start = workspace.sequenceStarts[s]
        for t in start..<workspace.sequenceStarts[s + 1] {
          prompts.store(
            layer: layer, slot: self.texts[handle.index].promptSlot, position: t - start, qkv,
            row: t)
        }
      }
      model.attendPacked(workspace, qkv, out, probabilities)
    }
    finishPass()
    for (row, handle) in handles.enumerated() { keep(row, of: handle) }
    return handles
  }

  /// Appends a token to each of some texts, no text twice.
  package func extend(_ tokens: [(handle: Handle, token: Int32)]) {
    let ws = workspace
    ws.reset()
    ws.tokenCount = tokens.count
    ws.scoredCount = tokens.count
    passes += 1
    for (row, (handle, token)) in tokens.enumerated() {
      var text = self[handle]
      precondition(text.pass != passes, "a text is extended once in a call")
      text.pass = passes
      if text.slot < 0 { text.slot = takeSlot() }
      ws.tokens[row] = token
      ws.positions[row] = Int32(text.promptLength + text.count)
      ws.scoredRows[row] = Int32(row)
      text.count += 1
      texts[handle.index] = text
    }
    model.trunk(ws) { layer, qkv, out, _ in
      for row in tokens.indices {
        let text = texts[tokens[row].handle.index]
        completions.store(layer: layer, slot: text.slot, position: text.count - 1, qkv, row: row)
        completions.attend(
          out, qkv, row: row, layer: layer, prompts: prompts, promptSlot: text.promptSlot,
          promptCount: text.promptLength, slot: text.slot, count: text.count, scores: scores)
      }
    }
    finishPass()
    for row in tokens.indices { keep(row, of: tokens[row].handle) }
  }

  /// Another text with the same tokens.
  package func fork(_ handle: Handle) -> Handle {
    var text = self[handle]
    if text.slot >= 0 {
      let slot = takeSlot()
      completions.copy(slot: text.slot, to: slot, count: text.count)
      text.slot = slot
    }
    let copy = take(text)
    logits(at: copy.index).copy(from: logits(at: handle.index))
    values[copy.index] = values[handle.index]
    return copy
  }

  /// Gives up a text and what it alone holds.
  package func release(_ handle: Handle) {
    let text = self[handle]
    promptUses[text.promptSlot] -= 1
    if promptUses[text.promptSlot] == 0 { freePrompts.append(text.promptSlot) }
    if text.slot >= 0 { freeSlots.append(text.slot) }
    texts[handle.index] = Text()
    freeHandles.append(handle.index)
  }

  /// The logits (V) after a text's last token, until it is extended or released.
  package func logits(of handle: Handle) -> FloatView {
    precondition(heads.contains(.logits) && texts[handle.index].promptSlot >= 0)
    return logits(at: handle.index)
  }

  /// What the value head says after a text's last token.
  package func value(of handle: Handle) -> Float {
    precondition(heads.contains(.value), "a model with a value head")
    _ = self[handle]
    return values[handle.index]
  }

  // MARK: Parts

  private subscript(handle: Handle) -> Text {
    let text = texts[handle.index]
    precondition(text.promptSlot >= 0, "a released handle")
    return text
  }

  private func logits(at index: Int) -> FloatView { logits.slice(index * V, V) }

  private func take(_ text: Text) -> Handle {
    precondition(!freeHandles.isEmpty, "more texts than the session has memory for")
    let handle = Handle(index: freeHandles.removeLast())
    texts[handle.index] = text
    promptUses[text.promptSlot] += 1
    return handle
  }

  private func takeSlot() -> Int {
    precondition(!freeSlots.isEmpty, "more texts than the session has slots for")
    return freeSlots.removeLast()
  }

  private func finishPass() {
    model.features(workspace)
    if heads.contains(.logits) { model.logits(workspace) }
    if heads.contains(.value) { model.valueHead(workspace, rowValues) }
  }

  private func keep(_ row: Int, of handle: Handle) {
    if heads.contains(.logits) {
      logits(at: handle.index).copy(from: workspace.logits.slice(row * V, V))
    }
    if heads.contains(.value) { values[handle.index] = rowValues[row] }
  }
}
