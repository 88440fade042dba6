internal import Checkpointing
internal import Experience
internal import JSON
internal import LanguageModel

/// Compares the same step of two runs, in the order in which a step goes: problems, completions,
/// verdicts, advantages, update.
struct StepDiff {
  typealias Difference = RunDiff.Difference
  typealias Divergence = RunDiff.Divergence

  /// What each run's tokens are.
  let vocabularies: (Vocabulary, Vocabulary)
  /// The runs' folders, for notes.
  let paths: (String, String)
  /// Whether both keep the same completions, so that one without its match is a difference.
  let keepsTheSame: Bool
  /// Whether evaluations between steps are of the same problems.
  let evaluatesTheSame: Bool
  /// What couldn't be compared.
  private(set) var notes: [String] = []

  /// Where the runs diverge in this step, or nil.
  mutating func divergence(_ a: RunHistory.Step, _ b: RunHistory.Step) -> Divergence? {
    let metrics = differingMetrics(a.metrics, b.metrics)
    var second = Dictionary(uniqueKeysWithValues: b.completions.map { ($0.place, $0) })
    for completion in a.completions {
      let other = second.removeValue(forKey: completion.place)
      if other == nil && !isMissing(fromSecond: true, b) { continue }
      if let divergence = compare(completion, other, a.number, metrics) { return divergence }
    }
    for completion in b.completions where second[completion.place] != nil {
      if !isMissing(fromSecond: false, a) { break }
      return unmatched(completion, isFirst: false, a.number, metrics)
    }
    guard !metrics.isEmpty else { return nil }
    return Divergence(
      step: a.number, kind: Self.kind(metrics.map(\.name)), place: nil, prompt: nil, token: nil,
      fields: [], metrics: metrics)
  }

  /// Whether a completion without its match is a difference: not where the runs keep other ones, and
  /// not where a file ends, since its run may have been stopped there.
  private mutating func isMissing(fromSecond: Bool, _ step: RunHistory.Step) -> Bool {
    guard keepsTheSame else { return false }
    guard step.isLastOfCompletions else { return true }
    let path = fromSecond ? paths.1 : paths.0
    let note = "\(path): its completions.jsonl ends before its steps; metrics alone are compared"
    if !notes.contains(note) { notes.append(note) }
    return false
  }

  private func differingMetrics(
    _ a: [String: JSONValue], _ b: [String: JSONValue]
  ) -> [Difference] {
    let names = Set(a.keys).union(b.keys).filter { name in
      if Metrics.isTime(name) { return false }
      let isInBoth = a[name] != nil && b[name] != nil
      if name.hasPrefix("eval/") { return isInBoth && evaluatesTheSame }
      return name == RunDiff.hashName ? isInBoth : true
    }
    return RunDiff.differences(a, b, among: names.sorted())
  }

  /// What differs first, judged by the metrics of a step whose written completions are the same.
  private static func kind(_ names: [String]) -> Divergence.Kind {
    let isOfBatch = { (name: String) in
      ["reward", "completions/", "num_tokens", "frac_reward", "verifier/"].contains {
        name.hasPrefix($0)
      }
    }
    if names.contains(where: isOfBatch) { return .batch }
    return names.contains("entropy") ? .policy : .update
  }

  // MARK: One completion

  private static let problemKeys = ["task", "prompt", "answer"]
  private static let completionKeys = ["completion", "finished"]
  private static let advantageKey = "advantage"

  private func compare(
    _ a: RunHistory.LoggedCompletion, _ b: RunHistory.LoggedCompletion?, _ step: Int,
    _ metrics: [Difference]
  ) -> Divergence? {
    guard let b else { return unmatched(a, isFirst: true, step, metrics) }
    let names = Set(a.fields.keys).union(b.fields.keys).sorted()
    var fields = RunDiff.differences(a.fields, b.fields, among: names)
    guard !fields.isEmpty else { return nil }
    let differing = Set(fields.map(\.name))
    var kind = Divergence.Kind.verdict
    if !differing.isDisjoint(with: Self.problemKeys) {
      kind = .problem
      // The rest differs because of these.
      fields.removeAll { !Self.problemKeys.contains($0.name) }
    } else if !differing.isDisjoint(with: Self.completionKeys) {
      kind = .completion
    } else if differing == [Self.advantageKey] {
      kind = .advantage
    }
    return Divergence(
      step: step, kind: kind, place: (a.place.problem, a.place.sample),
      prompt: kind == .problem ? nil : a.fields["prompt"]?.stringValue,
      token: kind == .completion ? firstDifferingToken(a.fields, b.fields) : nil, fields: fields,
      metrics: metrics)
  }

  private func unmatched(
    _ completion: RunHistory.LoggedCompletion, isFirst: Bool, _ step: Int,
    _ metrics: [Difference]
  ) -> Divergence {
    let text = completion.fields["completion"]
    return Divergence(
      step: step, kind: .unmatched,
      place: (completion.place.problem, completion.place.sample),
      prompt: completion.fields["prompt"]?.stringValue, token: nil,
      fields: [
        Difference(
          name: "completion", first: isFirst ? text : nil, second: isFirst ? nil : text)
      ], metrics: metrics)
  }

  private func firstDifferingToken(
    _ a: [String: JSONValue], _ b: [String: JSONValue]
  ) -> RunDiff.Token? {
    let first = Self.tokens(a, vocabularies.0)
    let second = Self.tokens(b, vocabularies.1)
    let shorter = min(first.count, second.count)
    // Every list ends in a mark of its own, so neither begins the other.
    guard
      let index = (0..<shorter).first(where: {
        !first[$0].utf8.elementsEqual(second[$0].utf8)
      })
    else { return nil }
    return RunDiff.Token(
      index: index, before: first[..<index].joined(), first: first[index],
      firstRest: first[(index + 1)...].dropLast().joined(), second: second[index],
      secondRest: second[(index + 1)...].dropLast().joined())
  }

  /// The texts of a completion's tokens and how it ended; characters where the vocabulary has no
  /// tokens for it.
  private static func tokens(_ fields: [String: JSONValue], _ vocabulary: Vocabulary) -> [String] {
    let text = fields["completion"]?.stringValue ?? ""
    let texts =
      (try? vocabulary.encode(text)).map { $0.map { vocabulary.tokens[Int($0)] } }
      ?? text.unicodeScalars.map(String.init)
    let isFinished = fields["finished"]?.boolValue ?? true
    return texts + [isFinished ? RunDiff.Token.end : RunDiff.Token.cutOff]
  }
}
