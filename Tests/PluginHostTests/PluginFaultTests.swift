import Foundation
import PluginHost
import Testing
import Verifiers

/// What a plugin does at item 7, and what the reason of its failure says.
struct PluginFault: Sendable, CustomTestStringConvertible {
  let mode: String
  let reason: String
  var testDescription: String { mode }

  init(_ mode: String, _ reason: String) {
    self.mode = mode
    self.reason = reason
  }
}

@Suite(
  "Plugins that misbehave", .enabled(if: PluginLab.hasPython, PluginLab.needsPython), .serialized)
struct PluginFaultTests {
  @Test(
    "item 7 is a failure, and every other verdict is right",
    arguments: [
      PluginFault("crash", "exited with code 1; its last words: ValueError: seven is too much"),
      PluginFault("exit", "exited with code 0"),
      PluginFault("signal", "ended by signal 11"),
      PluginFault("hang", "no answer within 1 s (timeout_seconds)"),
      PluginFault("late", "no answer within 1 s (timeout_seconds)"),
      PluginFault("half", "no answer within 1 s (timeout_seconds)"),
      PluginFault("half-exit", "half a line, then it exited with code 0"),
      PluginFault("babble", "not a JSON object: 'now let me think"),
      PluginFault("flood", "a line longer than 65536 bytes"),
      PluginFault("long", "a line longer than 65536 bytes"),
      PluginFault("memory", "MemoryError"),
      PluginFault("fork", "exited with code 0"),
      PluginFault("close", "it closed its output"),
      PluginFault("strange-id", "an answer to the id 1000000, which it was not asked"),
      PluginFault("negative-id", "an answer to the id -1, which it was not asked"),
      PluginFault("no-id", "an answer without an id"),
      PluginFault("nan", "the reward is nan"),
      PluginFault("infinite", "the reward is -inf"),
      PluginFault("range", "the reward 1.5 is outside 0.0 to 1.0"),
      PluginFault("truth", "the reward is true or false, not a number"),
      PluginFault("text", "the reward is a string, not a number"),
      PluginFault("no-part", "the part 'correctness', which its plugin.json5 promises, is missing"),
      PluginFault("strange-part", "the part 'style' isn't among those of its plugin.json5"),
      PluginFault("nan-part", "the part 'correctness' is nan, not a finite number"),
      PluginFault("no-reward", "neither a reward nor an error"),
      PluginFault("strange-key", "an unknown key 'rewrd'"),
      PluginFault("not-utf8", "this isn't UTF-8 text"),
      PluginFault("error", "it could not judge: seven is odd"),
    ])
  func faultAtSeven(_ fault: PluginFault) throws {
    let lab = try PluginLab(mode: fault.mode, timeout: fault.mode == "memory" ? 60 : 1)
    let verdicts = try lab.verifier().verify(PluginLab.submissions(), failuresAllowed: 6)
    for (number, verdict) in verdicts.enumerated() where number != 7 {
      #expect(verdict == PluginLab.right(number), "item \(number)")
    }
    let reason = try #require(verdicts[7].reason)
    #expect(reason.contains(fault.reason), "\(reason)")
  }

  @Test(
    "what harms no verdict costs none", arguments: ["count", "twice", "reorder", "slow", "noisy"])
  func harmless(_ mode: String) throws {
    let lab = try PluginLab(mode: mode, workers: mode == "reorder" ? 1 : 2)
    let verdicts = try lab.verifier().verify(PluginLab.submissions(), failuresAllowed: 6)
    #expect(verdicts == (0..<64).map(PluginLab.right))
  }

  @Test("processor time is limited, also where the wall clock isn't")
  func processorTime() throws {
    let lab = try PluginLab(mode: "spin", workers: 1, timeout: 100, "cpu_seconds: 1")
    let verdicts = try lab.verifier().verify(PluginLab.submissions(9), failuresAllowed: 6)
    #expect(verdicts[6] == PluginLab.right(6) && verdicts[8] == PluginLab.right(8))
    let reason = try #require(verdicts[7].reason)
    #expect(reason.contains("more than 1 s of processor time (cpu_seconds)"), "\(reason)")
  }

  @Test("answers that come one late cost the last one only")
  func behind() throws {
    let lab = try PluginLab(mode: "behind", workers: 1)
    let verdicts = try lab.verifier().verify(PluginLab.submissions(20), failuresAllowed: 6)
    #expect(Array(verdicts[..<19]) == (0..<19).map(PluginLab.right))
    #expect(verdicts[19].reason?.contains("no answer within 1 s") == true)
  }

  @Test("a plugin that fails on everything is given up soon", arguments: ["deaf", "deaf-closed"])
  func deaf(_ mode: String) throws {
    // More than a pipe holds, so that writing to it would block for ever.
    let lab = try PluginLab(mode: mode, timeout: 0.2)
    let text = String(repeating: "x", count: 40_000)
    let start = ContinuousClock.now
    let verdicts = try lab.verifier().verify(
      PluginLab.submissions(256, text: text), failuresAllowed: 25)
    #expect(verdicts.allSatisfy { $0.reason != nil })
    #expect(verdicts.last?.reason?.contains("no answer within 0.2 s") == true)
    // 16 processes of 0.2 s and their starts; 256 would take a minute.
    #expect(ContinuousClock.now - start < .seconds(40))
  }

  @Test("full pipes in both directions block neither side")
  func verbose() throws {
    let lab = try PluginLab(mode: "verbose", timeout: 60)
    let text = String(repeating: "\"", count: 200_000)
    let verdicts = try lab.verifier().verify(
      PluginLab.submissions(100, text: text), failuresAllowed: 100)
    #expect(verdicts.allSatisfy { $0.reason?.hasPrefix("it could not judge: vvvv") == true })
  }

  @Test("completions that are handed in bit by bit share what may fail")
  func budget() throws {
    let lab = try PluginLab(mode: "verbose", timeout: 60)
    let plugin = try lab.plugin()
    let budget = FailureBudget(allowed: 2, of: 60)
    let first = plugin.begin(PluginLab.submissions(20), within: budget)
    let failures = first.verdicts().compactMap(\.reason)
    #expect(failures.count == 20 && failures.contains { $0.hasPrefix("it could not judge: vvvv") })
    // The run is lost, so nothing more is judged.
    let second = plugin.begin(PluginLab.submissions(20), within: budget).verdicts()
    #expect(
      second.allSatisfy {
        $0.reason?.hasPrefix("too much has failed already: it could not judge: vvvv") == true
      })
    // Another step has a budget of its own.
    let third = plugin.verify(PluginLab.submissions(3), failuresAllowed: 3)
    #expect(third.allSatisfy { $0.reason?.hasPrefix("it could not judge") == true })
  }

  @Test(
    "a program that doesn't start is an error with its last words",
    arguments: [
      ("no-start", "doesn't start: it exited with code 1; its last words: no licence found"),
      ("silent-start", "doesn't start: no greeting within 1 s (start_seconds)"),
      ("babble-start", "its first line is no greeting"),
      ("other-name", "its first line must hold \"plugin\": \"faulty\""),
      ("other-protocol", "its first line must hold \"protocol\": 1"),
    ])
  func starts(mode: String, reason: String) throws {
    let lab = try PluginLab(
      mode: mode, "start_seconds: \(mode == "silent-start" ? 1 : 30)")
    let plugin = try lab.plugin()
    let error = #expect(throws: VerifierError.self) { try plugin.start() }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    // And without asking first.
    let verdicts = plugin.verify(PluginLab.submissions(3), failuresAllowed: 3)
    #expect(verdicts.allSatisfy { $0.reason?.contains(reason) == true })
  }

  @Test("talking unasked ends a process and harms no verdict")
  func talksUnasked() throws {
    let lab = try PluginLab(mode: "talks-unasked")
    let verdicts = try lab.verifier().verify(PluginLab.submissions(20), failuresAllowed: 20)
    // Every process talks before its first answer, so none can be believed.
    #expect(verdicts.allSatisfy { $0.reason?.contains("not a JSON object: 'hello?'") == true })
  }

  @Test("nothing of a process group stays behind")
  func nothingStays() throws {
    let lab = try PluginLab(mode: "fork")
    var plugin: PluginVerifier? = try lab.plugin()
    _ = plugin?.verify(PluginLab.submissions(20), failuresAllowed: 20)
    plugin = nil
    let child = try String(contentsOf: lab.folder.appending(path: "child"), encoding: .utf8)
    var state = "?"
    for _ in 0..<200 {
      let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
      state = status?.split(separator: " ").dropFirst(2).first.map(String.init) ?? "gone"
      if state == "gone" || state == "Z" { break }
      Thread.sleep(forTimeInterval: 0.01)
    }
    #expect(state == "gone" || state == "Z", "the child of a plugin's process still runs")
  }

  @Test("processes are started once, end with the verifier, and leave no zombie")
  func lives() throws {
    let lab = try PluginLab(mode: "look", workers: 3)
    var plugin: PluginVerifier? = try lab.plugin()
    for _ in 0..<5 {
      let verdicts = plugin?.verify(PluginLab.submissions(40), failuresAllowed: 0)
      #expect(verdicts == (0..<40).map(PluginLab.right))
    }
    #expect(plugin?.restarts == 0)
    let looks = try Looked.all(in: lab)
    #expect(looks.count == 3)
    plugin = nil
    for look in looks {
      let pid = try #require(look.status("Pid"))
      #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)"), "a zombie, or still running")
    }
  }

  @Test("standard error is kept in a file, up to a mebibyte")
  func log() throws {
    let lab = try PluginLab(mode: "noisy")
    let logs = lab.folder.appending(path: "logs")
    do {
      let plugin = try lab.plugin()
      try plugin.start()
      plugin.keepLog(in: logs.path)
      #expect(
        plugin.verify(PluginLab.submissions(), failuresAllowed: 0)
          == (0..<64).map(PluginLab.right))
    }
    let text = try String(contentsOf: logs.appending(path: "faulty.log"), encoding: .utf8)
    #expect(text.hasPrefix("[hone] process "))
    #expect(text.contains(String(repeating: "e", count: 40_000)))
    #expect(text.hasSuffix("\n[hone] the rest is left out\n"))
    #expect(text.utf8.count >= 1 << 20 && text.utf8.count < (1 << 20) + 100)
  }
}
