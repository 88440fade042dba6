import Foundation
import Testing
import Verifiers

/// What `faulty.py look` tells of its process.
struct Looked: Decodable {
  let environment: [String: String]
  let descriptors: [Int]
  let group: Bool
  let folder: String
  let item: Item
  let greeting: Greeting
  let status: String
  let limits: String

  struct Item: Decodable, Equatable {
    var id = 0
    var task: String?
    var prompt: String?
    var completion: String?
    var reasoning: String?
    var answer: String?
    var finished: Bool?
    var reference: String?
    var columns: [String: String]?
  }

  struct Greeting: Decodable, Equatable {
    let `protocol`: Int
    let plugin: String
    let parts: [String]
    let fields: [String]
  }

  /// What all of a plugin's processes told so far.
  static func all(in lab: PluginLab) throws -> [Looked] {
    try FileManager.default.contentsOfDirectory(atPath: lab.folder.path).filter {
      $0.hasPrefix("look-")
    }.map {
      try JSONDecoder().decode(
        Looked.self, from: Data(contentsOf: lab.folder.appending(path: $0)))
    }
  }

  /// A line of /proc/self/status.
  func status(_ name: String) -> String? {
    status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
  }

  /// The soft and the hard limit of a line of /proc/self/limits.
  func limits(_ name: String) -> [String]? {
    limits.split(separator: "\n").first { $0.hasPrefix(name) }
      .map { $0.dropFirst(name.count).split(separator: " ").prefix(2).map(String.init) }
  }
}

@Suite("The world of a plugin", .enabled(if: PluginLab.hasPython, PluginLab.needsPython))
struct PluginIsolationTests {
  private func look(
    _ more: String = "", at submission: Submission = PluginLab.submissions(1)[0]
  ) throws -> (Looked, PluginLab) {
    let lab = try PluginLab(mode: "look", more)
    _ = try lab.verifier().verify([submission], failuresAllowed: 0)
    return (try #require(Looked.all(in: lab).first), lab)
  }

  @Test func processesAreClosedOff() throws {
    // Blocked and ignored signals, and descriptors, of this thread must not be inherited.
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    unsafe sigaddset(&blocked, SIGUSR1)
    unsafe sigaddset(&blocked, SIGTERM)
    var before = sigset_t()
    unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before)
    let handler = signal(SIGUSR2, SIG_IGN)
    let file = dup(1)
    defer {
      close(file)
      signal(SIGUSR2, handler)
      unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    let (looked, lab) = try look(#"environment: { MINE: "7", TZ: "CET" }, cpu_seconds: 9"#)
    #expect(looked.status("SigBlk") == "0000000000000000")
    let ignored = try #require(UInt64(looked.status("SigIgn") ?? "", radix: 16))
    #expect(ignored & (1 << (UInt64(SIGUSR2) - 1)) == 0)
    // The fourth is the one that lists them.
    #expect(looked.descriptors.count == 4 && Array(looked.descriptors[..<3]) == [0, 1, 2])
    #expect(looked.group)
    #expect(looked.folder == lab.folder.resolvingSymlinksInPath().path)
    #expect(looked.environment["MINE"] == "7" && looked.environment["TZ"] == "CET")
    let known: Set = [
      "PATH", "LANG", "TZ", "HOME", "TMPDIR", "MINE", "HONE_PLUGIN", "PYTHONUNBUFFERED",
      "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "OMP_NUM_THREADS",
      "OPENBLAS_NUM_THREADS",
    ]
    let strange = looked.environment.keys.filter { !known.contains($0) }
    #expect(strange.isEmpty, "\(strange)")
    #expect(looked.limits("Max data size") == ["\(100 << 20)", "\(100 << 20)"])
    #expect(looked.limits("Max core file size") == ["0", "0"])
    // It grows with what was used when the first completion came.
    #expect((9...12).contains(Int(looked.limits("Max cpu time")?.first ?? "") ?? 0))
  }

  @Test func requestsCarryTheFieldsAskedFor() throws {
    var problem = Problem(
      task: "t", prompt: "0", answer: "a\"b\\c\n\u{1}é🙂", columns: ["z": "1", "a": "\t"])
    let text = "<think>first</think> last\u{0}"
    let (all, _) = try look(at: Submission(Completion(text: text), of: problem))
    #expect(
      all.item
        == Looked.Item(
          id: 0, task: "t", prompt: "0", completion: text, reasoning: "first",
          answer: " last\u{0}", finished: true, reference: problem.answer, columns: problem.columns)
    )
    #expect(
      all.greeting
        == Looked.Greeting(
          protocol: 1, plugin: "faulty", parts: ["correctness"],
          fields: [
            "task", "prompt", "completion", "reasoning", "answer", "finished", "reference",
            "columns",
          ]))
    problem.prompt = "4"
    let cut = Submission(Completion(text: text, isFinished: false), of: problem)
    let (some, _) = try look(#"fields: ["prompt", "answer", "finished"]"#, at: cut)
    #expect(some.item == Looked.Item(id: 0, prompt: "4", answer: nil, finished: false))
    #expect(some.greeting.fields == ["prompt", "answer", "finished"])
  }

  @Test func manyCallersAreServedAtOnce() throws {
    let lab = try PluginLab(mode: "none", timeout: 60)
    let verifier = try lab.verifier()
    let submissions = PluginLab.submissions(200)
    DispatchQueue.concurrentPerform(iterations: 8) { caller in
      if caller % 2 == 0 {
        #expect(
          verifier.verify(submissions, failuresAllowed: 0) == (0..<200).map(PluginLab.right))
      } else {
        for number in 0..<50 {
          let submission = submissions[number]
          #expect(
            verifier.verify(submission.completion, of: submission.problem)
              == PluginLab.right(number))
        }
      }
    }
  }
}
