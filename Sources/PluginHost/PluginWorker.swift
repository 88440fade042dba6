internal import Glibc
internal import Verifiers

/// One process of a plugin with the completions that it holds.
final class PluginWorker {
  let process: PluginProcess
  /// Whether it has answered the greeting.
  private(set) var isReady = false
  /// Whether what it holds is to be judged with nothing beside it.
  private(set) var isAlone = false
  /// When it has to have written its next answer, in seconds of `monotonicTime`.
  private(set) var deadline: Double
  /// What it has not answered yet, by id.
  private(set) var held: [Int: PluginItem] = [:]
  /// Completions it was ever given; the next one's id.
  private(set) var given = 0
  /// Whether its standard error is still open.
  private(set) var hasErrors = true

  private let manifest: PluginManifest
  private var outgoing: [UInt8]
  private var sent = 0
  private var incoming = PluginLines()
  private var lastErrors: [UInt8] = []
  private var renewedAt: Double

  /// Starts a process.
  ///
  /// Throws `VerifierError.failed`.
  init(_ manifest: PluginManifest, command: [String], now: Double) throws(VerifierError) {
    self.manifest = manifest
    process = try PluginProcess(manifest, command: command)
    outgoing = PluginRequest.greeting(manifest)
    deadline = now + manifest.startTimeout
    renewedAt = now
  }

  /// Whether there is something to write to it.
  var hasUnsent: Bool { sent < outgoing.count && process.input >= 0 }

  /// What it holds, in the order it was given.
  var heldInOrder: [(id: Int, item: PluginItem)] {
    held.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether an id was given to it and answered.
  func hasAnswered(_ id: Int) -> Bool { id >= 0 && id < given && held[id] == nil }

  /// Takes note that it has answered the greeting.
  func becomeReady() { isReady = true }

  /// Hands it a completion; what is alone stays alone until it is answered.
  func give(_ item: PluginItem, alone: Bool, now: Double) {
    if held.isEmpty {
      isAlone = alone
      deadline = now + manifest.timeout
      renewProcessorTime(now)
    }
    held[given] = item
    outgoing += PluginRequest.opening(id: given)
    outgoing += item.batch.bodies[item.index]
    given += 1
  }

  /// Takes back what it has answered.
  func take(_ id: Int, now: Double) -> PluginItem? {
    guard let item = held.removeValue(forKey: id) else { return nil }
    deadline = now + manifest.timeout
    renewProcessorTime(now)
    if held.isEmpty { isAlone = false }
    return item
  }

  /// Writes what its pipe takes. What is done about a closed one shows when its output ends, or at
  /// its deadline.
  func send() {
    writing: while hasUnsent {
      switch process.write(outgoing, from: sent) {
      case .moved(let count): sent += count
      case .wouldBlock: break writing
      // Closed on this side too: polling it would return at once, again and again.
      case .closed: process.closeInput()
      }
    }
    if sent == outgoing.count {
      outgoing.removeAll(keepingCapacity: outgoing.count < 1 << 20)
      sent = 0
    } else if sent > 1 << 20 {
      outgoing.removeSubrange(..<sent)
      sent = 0
    }
  }

  /// Reads what has come; false where its output has ended.
  func receive(scratch: inout [UInt8]) -> Bool {
    if case .closed = process.read(
      isError: false, appendingTo: &incoming.bytes, scratch: &scratch)
    {
      return false
    }
    return true
  }

  /// The next whole line without its end; nil where there is none yet.
  func nextLine() -> ArraySlice<UInt8>? { incoming.next() }

  /// Forgets the lines that were read, and says whether the one being written is too long.
  func dropLines() -> Bool { incoming.dropRead() }

  /// Whether its last line has no end.
  var hasPartOfLine: Bool { incoming.hasPart }

  /// Reads its standard error into the log, one scratch full at a time.
  func receiveErrors(into log: inout PluginLog, scratch: inout [UInt8]) {
    var bytes: [UInt8] = []
    if case .closed = process.read(isError: true, appendingTo: &bytes, scratch: &scratch) {
      hasErrors = false
    }
    log.write(bytes)
    lastErrors = Array((lastErrors + bytes).suffix(2048))
  }

  /// Kills it and reads its last words: the last line of its standard error that isn't blank.
  func end(log: inout PluginLog, scratch: inout [UInt8]) -> String? {
    process.kill()
    // At most what a pipe holds: a process that still writes is dead by now.
    for _ in 0..<16 where hasErrors { receiveErrors(into: &log, scratch: &scratch) }
    let lines = lastErrors.split(separator: UInt8(ascii: "\n"))
    let last = lines.last { line in line.contains { $0 > 0x20 } }
    return last.map { readable(String(decoding: $0, as: UTF8.self)) }
  }

  private func renewProcessorTime(_ now: Double) {
    // Not at every answer: it is a system call, and a second more or less is no matter.
    guard now - renewedAt > 1 else { return }
    renewedAt = now
    process.renewProcessorTime(manifest.processorSeconds)
  }
}

/// Seconds of a clock that only goes forward.
func monotonicTime() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
