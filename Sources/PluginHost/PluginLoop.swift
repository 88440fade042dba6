internal import Dispatch
internal import Glibc
internal import Synchronization
internal import Verifiers

/// Hands completions to a plugin's processes, reads their answers, and replaces those that
/// misbehave. It never waits for one of them: all pipes are polled, and none blocks.
///
/// A completion fails where the fault names it (its own answer is wrong), or where a new process
/// that was given nothing else fails on it too. So the fault of one is never the failure of another,
/// and a process that dies of something else, such as memory it has lost, costs no verdict.
///
/// Used by the host's thread alone.
final class PluginLoop {
  /// Processes that may have to be ended one after another, without an answer in between, before
  /// the plugin is given up.
  private static let incidentsInARow = 16
  private static let startsInARow = 3

  private let manifest: PluginManifest
  private let command: [String]
  private let inbox: PluginInbox
  private var log: PluginLog
  private var workers: [PluginWorker] = []
  private var ending: [PluginProcess] = []
  private var queue: [PluginItem] = []
  private var queueStart = 0
  private var suspects: [PluginItem] = []
  private var waitingForStart: [PluginStart] = []
  private var incidents = 0
  private var failedStarts = 0
  private var nextStart = 0.0
  private var scratch = [UInt8](repeating: 0, count: 65_536)
  private var now = monotonicTime()

  init(_ manifest: PluginManifest, command: [String], inbox: PluginInbox) {
    self.manifest = manifest
    self.command = command
    self.inbox = inbox
    log = PluginLog(name: manifest.name)
  }

  /// Works until it is asked to close.
  func run() {
    while true {
      for command in inbox.takeAll() {
        switch command {
        case .judge(let batch):
          queue += batch.bodies.indices.map { PluginItem(batch: batch, index: $0) }
          if batch.budget.isLost { giveUpLost(batch.budget.firstReason ?? "process after process") }
        case .start(let question): waitingForStart.append(question)
        case .log(let folder): log.open(in: folder)
        case .close:
          close()
          return
        }
      }
      now = monotonicTime()
      startWorkers()
      handOut()
      poll()
    }
  }

  // MARK: Handing out

  private var queued: Int { queue.count - queueStart }

  private func startWorkers() {
    if workers.contains(where: \.isReady) { answerStart(nil) }
    while needsAnotherWorker, now >= nextStart {
      do throws(VerifierError) {
        let worker = try PluginWorker(manifest, command: command, now: now)
        log.note("process \(worker.process.pid) starts: \(command.joined(separator: " "))")
        workers.append(worker)
      } catch {
        startFailed(error.description)
        return
      }
    }
    // A suspect that only a new process may judge, and no place for one: an idle one makes room.
    if workers.count == manifest.workers, suspects.contains(where: \.needsNewProcess),
      !workers.contains(where: { $0.given == 0 }),
      let idle = workers.firstIndex(where: { $0.held.isEmpty })
    {
      retire(workers.remove(at: idle))
      startWorkers()
    }
  }

  private var needsAnotherWorker: Bool {
    guard workers.count < manifest.workers else { return false }
    let pending = queued + suspects.count
    if workers.isEmpty { return pending > 0 || !waitingForStart.isEmpty }
    // A process is worth its start for a handful of completions, not for one.
    if pending > 8 * workers.count { return true }
    return suspects.contains(where: \.needsNewProcess) && !workers.contains { $0.given == 0 }
  }

  private func handOut() {
    let ready = workers.filter { $0.isReady && !$0.isAlone }
    for worker in ready where worker.held.isEmpty {
      let place = suspects.firstIndex { !$0.needsNewProcess || worker.given == 0 }
      guard let place else { continue }
      worker.give(suspects.remove(at: place), alone: true, now: now)
    }
    let free = ready.filter { !$0.isAlone && $0.held.count <= manifest.inFlight / 2 }
    for worker in free where queued > 0 {
      // Shared evenly, so that the last ones don't wait for one process.
      let share = (queued + workers.count - 1) / workers.count
      for _ in 0..<min(manifest.inFlight - worker.held.count, share) {
        worker.give(queue[queueStart], alone: false, now: now)
        queueStart += 1
      }
    }
    if queueStart == queue.count {
      queue.removeAll(keepingCapacity: true)
      queueStart = 0
    }
    for worker in workers { worker.send() }
  }

  // MARK: Polling

  private func poll() {
    var polled = [pollfd(fd: inbox.wakeEnd, events: Int16(POLLIN), revents: 0)]
    for worker in workers {
      polled.append(pollfd(fd: worker.process.output, events: Int16(POLLIN), revents: 0))
      polled.append(
        pollfd(fd: worker.hasErrors ? worker.process.errors : -1, events: Int16(POLLIN), revents: 0)
      )
      polled.append(
        pollfd(
          fd: worker.hasUnsent ? worker.process.input : -1, events: Int16(POLLOUT), revents: 0))
    }
    unsafe _ = Glibc.poll(&polled, nfds_t(polled.count), timeout)
    now = monotonicTime()
    inbox.drainWake()
    ending.removeAll { $0.reap() }
    for (number, worker) in Array(workers).enumerated() {
      if polled[2 + 3 * number].revents != 0 {
        worker.receiveErrors(into: &log, scratch: &scratch)
      }
      if polled[1 + 3 * number].revents != 0 { readAnswers(of: worker) }
      checkTime(of: worker)
    }
  }

  /// Milliseconds until something has to be done even if nothing comes; -1 for never.
  private var timeout: Int32 {
    // Without a pipe to be woken by, which is so where descriptors have run out, it looks by itself.
    var wait = inbox.wakeEnd < 0 ? 0.05 : .infinity
    if !ending.isEmpty { wait = min(wait, 0.01) }
    if needsAnotherWorker { wait = min(wait, max(0, nextStart - now)) }
    for worker in workers where !worker.isReady || !worker.held.isEmpty {
      // Now and then a look whether it still runs: a child of its own may hold its pipes open.
      wait = min(wait, max(0, worker.deadline - now), 0.25)
    }
    return wait == .infinity ? -1 : Int32((wait * 1000).rounded(.up))
  }

  private func checkTime(of worker: PluginWorker) {
    guard isAtWork(worker) else { return }
    if now > worker.deadline {
      let limit = worker.isReady ? manifest.timeout : manifest.startTimeout
      let key = worker.isReady ? "timeout_seconds" : "start_seconds"
      let what = worker.isReady ? "answer" : "greeting"
      misbehaved(worker, "no \(what) within \(seconds(limit)) s (\(key))")
    } else if let end = worker.process.end(manifest) {
      // Its last answers may still be in the pipe.
      readAnswers(of: worker)
      if isAtWork(worker) { misbehaved(worker, end) }
    }
  }

  private func isAtWork(_ worker: PluginWorker) -> Bool {
    workers.contains { $0 === worker } && (!worker.isReady || !worker.held.isEmpty)
  }

  private func readAnswers(of worker: PluginWorker) {
    let isOpen = worker.receive(scratch: &scratch)
    while let line = worker.nextLine() {
      if line.count > PluginLines.longest {
        misbehaved(worker, "a line longer than \(PluginLines.longest) bytes")
      } else if worker.isReady {
        read(line, of: worker)
      } else if let objection = PluginAnswer.objection(toGreeting: line, plugin: manifest.name) {
        misbehaved(worker, objection)
      } else {
        worker.becomeReady()
        answerStart(nil)
      }
      if !workers.contains(where: { $0 === worker }) { return }
    }
    if worker.dropLines() {
      misbehaved(worker, "a line longer than \(PluginLines.longest) bytes")
    } else if !isOpen {
      let part = worker.hasPartOfLine ? "half a line, then " : ""
      misbehaved(worker, part + (endOfProcess(worker) ?? "it closed its output"))
    }
  }

  private func read(_ line: ArraySlice<UInt8>, of worker: PluginWorker) {
    do throws(PluginAnswer.Fault) {
      let answer = try PluginAnswer(
        line, parts: manifest.parts, rewards: manifest.rewards,
        isProblem: { worker.held[$0]?.batch.asksForProblems ?? false })
      guard let item = worker.take(answer.id, now: now) else {
        misbehaved(
          worker,
          worker.hasAnswered(answer.id)
            ? "a second answer to the id \(answer.id)"
            : "an answer to the id \(answer.id), which it was not asked",
          blamesNone: worker.hasAnswered(answer.id))
        return
      }
      incidents = 0
      failedStarts = 0
      item.enter(answer.result)
    } catch {
      misbehaved(worker, error.message, id: error.id)
    }
  }

  /// How a process ended whose output has: its end follows within a moment.
  private func endOfProcess(_ worker: PluginWorker) -> String? {
    for _ in 0..<100 {
      if let end = worker.process.end(manifest) { return end }
      usleep(1000)
    }
    return nil
  }

  // MARK: Misbehaviour

  /// Ends a process and sees to what it held.
  ///
  /// - Parameters:
  ///   - id: the completion whose fault it is, where the fault names one.
  ///   - blamesNone: whether none of the completions that it holds can be to blame.
  private func misbehaved(
    _ worker: PluginWorker, _ what: String, id: Int? = nil, blamesNone: Bool = false
  ) {
    workers.removeAll { $0 === worker }
    let words = worker.end(log: &log, scratch: &scratch)
    ending.append(worker.process)
    let reason = words.map { "\(what); its last words: \($0)" } ?? what
    log.note("process \(worker.process.pid) is ended: \(what)")
    guard worker.given > 0 else {
      startFailed("the plugin \(manifest.name) doesn't start: \(reason)")
      return
    }
    let held = worker.heldInOrder
    guard !held.isEmpty else { return }
    incidents += 1
    inbox.countRestart()
    held[0].item.batch.budget.countIncident()
    if let id, let guilty = worker.held[id] {
      guilty.enter(.failure(reason))
      requeue(held.filter { $0.id != id }.map(\.item))
    } else if blamesNone {
      requeue(held.map(\.item))
    } else if held.count == 1 && worker.given == 1 {
      held[0].item.enter(.failure(reason))
    } else if held.count == 1 {
      var item = held[0].item
      item.isSuspect = true
      item.needsNewProcess = true
      suspects.insert(item, at: 0)
    } else {
      suspects += held.map { held in
        var item = held.item
        item.isSuspect = true
        return item
      }
    }
    if incidents >= PluginLoop.incidentsInARow {
      let count = incidents
      incidents = 0
      giveUp("\(count) processes in a row came to nothing; the last one: \(reason)") { _ in true }
    } else {
      giveUpLost(reason)
    }
  }

  private func requeue(_ items: [PluginItem]) {
    suspects += items.filter(\.isSuspect)
    queue.replaceSubrange(..<queueStart, with: items.filter { !$0.isSuspect })
    queueStart = 0
  }

  private func startFailed(_ reason: String) {
    log.note(reason)
    failedStarts += 1
    // Ever later: a program that can't start must not keep the machine busy with trying.
    nextStart = now + 0.05 * Double(1 << min(failedStarts, 7))
    answerStart(reason)
    guard failedStarts >= PluginLoop.startsInARow, !workers.contains(where: \.isReady) else {
      return
    }
    failedStarts = 0
    giveUp(reason) { _ in true }
  }

  private func answerStart(_ reason: String?) {
    for question in waitingForStart { question.answer(reason) }
    waitingForStart = []
  }

  /// Fails what waits of batches whose run is lost.
  private func giveUpLost(_ reason: String) {
    giveUp("\(PluginBatch.lost): \(reason)") { $0.budget.isLost }
  }

  /// Fails what waits of some batches; what processes hold is left to them.
  private func giveUp(_ reason: String, _ isMeant: (PluginBatch) -> Bool) {
    var left: [PluginItem] = []
    for item in queue[queueStart...] {
      if isMeant(item.batch) { item.enter(.failure(reason)) } else { left.append(item) }
    }
    queue = left
    queueStart = 0
    suspects.removeAll { item in
      guard isMeant(item.batch) else { return false }
      item.enter(.failure(reason))
      return true
    }
  }

  // MARK: Ending

  /// Lets a process end by itself.
  private func retire(_ worker: PluginWorker) {
    worker.process.closeInput()
    for _ in 0..<50 where worker.process.end(manifest) == nil { usleep(1000) }
    _ = worker.end(log: &log, scratch: &scratch)
    ending.append(worker.process)
  }

  private func close() {
    giveUp("the run has ended") { _ in true }
    for worker in workers {
      for held in worker.heldInOrder { held.item.enter(.failure("the run has ended")) }
      worker.process.closeInput()
    }
    answerStart("the run has ended")
    // A second to end by themselves; then all that is left of their groups is killed.
    for _ in 0..<200 {
      if workers.allSatisfy({ $0.process.end(manifest) != nil }) { break }
      for worker in workers where worker.hasErrors {
        worker.receiveErrors(into: &log, scratch: &scratch)
      }
      usleep(5000)
    }
    for worker in workers {
      _ = worker.end(log: &log, scratch: &scratch)
      ending.append(worker.process)
    }
    workers = []
    for _ in 0..<1000 {
      ending.removeAll { $0.reap() }
      if ending.isEmpty { break }
      usleep(1000)
    }
    log.close()
  }
}

/// A number of seconds without needless zeros.
private func seconds(_ value: Double) -> String {
  value == value.rounded() ? "\(Int(value))" : "\(value)"
}
