internal import Checkpointing
internal import Foundation
internal import JSON

/// A logged completion, as a report shows it.
struct SampledCompletion: Sendable {
  /// What became of it.
  enum Verdict: String, CaseIterable {
    /// Full correctness, or where a verifier has no such part, a reward of at least 1.
    case right
    /// Anything less.
    case wrong
    /// The verifier could not judge it.
    case failed
  }

  let step: Int
  let task: String
  let prompt: String
  /// The reference.
  let answer: String
  /// What the policy wrote.
  let text: String
  /// Whether the policy ended it itself.
  let isFinished: Bool
  /// What was trained on; nil where the verifier failed.
  let reward: Double?
  /// The score's parts, by name.
  let parts: [(name: String, value: Double)]
  /// Why the verifier failed.
  let failure: String?
  /// What a shadow verifier said: its reward, or that it failed; nil without one.
  let shadow: String?
  /// The completion's advantage; with a critic the mean of its tokens'.
  let advantage: Double
  /// The tokens' advantages, where the run keeps them; else empty.
  let tokenAdvantages: [Double]

  init(_ fields: [String: JSONValue]) {
    func text(_ key: String) -> String { fields[key]?.stringValue ?? "" }
    step = fields["step"]?.intValue ?? 0
    task = text("task")
    prompt = text("prompt")
    answer = text("answer")
    self.text = text("completion")
    isFinished = fields["finished"]?.boolValue ?? true
    reward = fields["reward"]?.doubleValue
    parts = (fields["parts"]?.objectValue ?? [:]).compactMap { name, value in
      value.doubleValue.map { (name, $0) }
    }.sorted { $0.name < $1.name }
    failure = fields["failure"]?.stringValue
    shadow = fields["shadow"]?.objectValue.map {
      $0["reward"]?.doubleValue.map(ReportNumber.text) ?? "failed"
    }
    advantage = fields["advantage"]?.doubleValue ?? 0
    tokenAdvantages = (fields["advantages"]?.arrayValue ?? []).compactMap(\.doubleValue)
  }

  /// What became of it.
  var verdict: Verdict {
    guard failure == nil, let reward else { return .failed }
    return (parts.first { $0.name == "correctness" }?.value ?? reward) >= 1 ? .right : .wrong
  }
}

/// Which of a run's completions a report shows: some of some steps, spread evenly over both.
enum CompletionSample {
  /// Reads a sample of `completions.jsonl`.
  ///
  /// - Parameters:
  ///   - steps: the run's steps, rising.
  ///   - shownSteps: how many of them are shown, the first and the last among them.
  ///   - perStep: completions of each.
  /// - Throws: `TrainingError.unusable` with the line that is damaged, `FileError`.
  static func read(
    _ path: String, steps: [Int], shownSteps: Int, perStep: Int
  ) throws -> [SampledCompletion] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let wanted = Set(spread(steps.count, over: shownSteps).map { steps[$0] })
    var found: [SampledCompletion] = []
    var waiting: [(place: String, line: [UInt8])] = []
    var current: Int?

    func take() throws {
      for index in spread(waiting.count, over: perStep) {
        let (place, line) = waiting[index]
        found.append(SampledCompletion(try JSONLine.object(line[...], at: place)))
      }
      waiting = []
    }

    let reader = try LineReader(path)
    while let line = try reader.next() {
      let step = try number(ofStepIn: line, at: reader.place)
      if step != current { try take() }
      current = step
      if wanted.contains(step) { waiting.append((reader.place, Array(line))) }
    }
    try take()
    return found
  }

  /// `wanted` indices below `count`, evenly spread from the first to the last.
  static func spread(_ count: Int, over wanted: Int) -> [Int] {
    guard count > wanted else { return Array(0..<count) }
    guard wanted > 1 else { return Array(0..<min(count, wanted)) }
    return (0..<wanted).map { ($0 * (count - 1) + (wanted - 1) / 2) / (wanted - 1) }
  }

  /// The step of a line, without reading the rest of it: most lines are not shown, and there may be
  /// millions.
  private static func number(
    ofStepIn line: ArraySlice<UInt8>, at place: String
  ) throws -> Int {
    // Keys are sorted and only texts and numbers follow this one, in which quotes are escaped: its last
    // place is the key itself.
    let key = Array("\"step\":".utf8)
    var start = line.endIndex - key.count
    while start >= line.startIndex {
      if line[start] == key[0], line[start..<start + key.count].elementsEqual(key) {
        let digits = line[(start + key.count)...].prefix { (0x30...0x39).contains($0) }
        if let step = Int(String(decoding: digits, as: UTF8.self)) { return step }
        break
      }
      start -= 1
    }
    guard let step = try JSONLine.object(line, at: place)["step"]?.intValue else {
      throw JSONLine.damaged(place, "it has no step")
    }
    return step
  }
}
