import Algorithms
import Settings
import Testing

/// The settings that algorithms own say what the one table of all settings said: until the table goes.
@Suite struct SameAsBeforeTests {
  private typealias Old = Training.Configuration
  private typealias OldSetting = Training.ConfigurationSetting
  private let catalog = SettingsCatalog.shared

  /// Words that were changed on purpose.
  private static let rewritten = [
    ("the two can't part", "the two can't diverge"),
    (
      "kl_estimator k1 in the loss holds nothing: its slope is the same whatever the first policy, and 0 "
        + "on average;",
      "kl_estimator k1 does nothing in the loss: its gradient doesn't depend on the first policy and is 0 "
        + "on average;"
    ),
    ("how far below 1 the probability ratio counts", "clip range of the probability ratio below 1 (epsilon)"),
    ("how far above 1 it counts; more than clip_low: clip-higher", "clip range above 1; more than clip_low: clip-higher"),
    ("what it counts at most where the advantage is negative; 0: no bound", "cap on the ratio where the advantage is negative (dual clip); 0: none"),
    ("problems per step; sft: demonstrations", "problems (or demonstrations) per step"),
    ("completions sampled for each besides, for pass@k", "completions also sampled for each, for pass@k"),
    ("how the learning rate goes on after its warm-up", "shape of the learning rate after its warm-up"),
  ]

  private static func inNewWords(_ text: String) -> String {
    rewritten.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  private static func kind(_ kind: Training.ValueKind) -> String { "\(kind.placeholder) \(kind.description)" }
  private static func kind(_ kind: Settings.ValueKind) -> String { "\(kind.placeholder) \(kind.description)" }

  @Test func fieldsAreTheSame() throws {
    #expect(catalog.fields.map(\.field.key) == Old.fields.map(\.key))
    #expect(catalog.sections.map(\.title) == Old.sections.map(\.title))
    for (new, old) in zip(catalog.fields, Old.fields) {
      let key = old.key
      #expect(Self.kind(new.field.kind) == Self.kind(old.kind), "\(key)")
      #expect(new.field.summary == Self.inNewWords(old.summary), "\(key)")
      #expect(new.field.paper == old.paper, "\(key)")
      #expect(new.field.aliases == old.otherNames, "\(key)")
      #expect(new.algorithms == old.algorithms.map(\.rawValue), "\(key)")
      #expect(new.remarks(among: catalog.names) == Training.OptionSpecification(old).remarks, "\(key)")
    }
  }

  @Test(arguments: Training.Configuration.Algorithm.allCases)
  func defaultsAreTheSame(algorithm: Training.Configuration.Algorithm) throws {
    let old = Old(algorithm: algorithm)
    let new = try #require(catalog.defaults(of: algorithm.rawValue))
    #expect(new.entries.map(\.field.key) == old.entries.map(\.field.key))
    #expect(new.jsonText == old.jsonText)
    #expect(new.explain(memoryBytes: 1 << 30) == Self.inNewWords(old.explain(memoryBytes: 1 << 30)))
    #expect(new.explanationJSON() == old.explanationJSON())
    for row in type(of: new.settings).rows {
      let field = try #require(Old.fields.first { $0.key == row.key })
      #expect(Self.kind(row.kind) == Self.kind(field.kind))
      #expect(row.summary == Self.inNewWords(field.summary))
    }
    #expect(new.step.examples == old.completionsPerStep && new.step.updates == old.updatesPerStep)
    #expect(new.step.samplesCompletions == old.samplesCompletions)
    #expect((new.step.critic != .none) == algorithm.hasCritic)
  }

  /// Random settings, good and bad, of every algorithm end in the same configuration or the same error.
  @Test func randomSettingsEndInTheSame() throws {
    var random = SystemRandomNumberGenerator()
    var (taken, refused) = (0, 0)
    for _ in 0..<30_000 {
      var assignments = Self.assignments(using: &random)
      if Bool.random() { assignments.shuffle() }
      let old = Self.outcome { () throws -> [String] in
        let c = try Old(resolving: assignments.map { try OldSetting(assignment: $0) })
        return [c.jsonText, Self.inNewWords(c.explain()), Self.inNewWords(c.explanationJSON()), c.runFolder,
          "\(c.samplesCompletions && c.needsReference) \(c.startsFromSize)",]
      }
      let new = Self.outcome { () throws -> [String] in
        let c = try catalog.resolve(assignments.map { try GivenSetting(assignment: $0) })
        return [c.jsonText, c.explain(), c.explanationJSON(), c.runFolder,
          "\(c.step.keepsReference) \(c.run.startsFromSize)",]
      }
      #expect(old == new, "\(assignments)")
      if old.count > 1 { taken += 1 } else { refused += 1 }
      if old != new { break }
    }
    #expect(taken > 3000 && refused > 3000, "\(taken) \(refused)")
  }

  private static func outcome(_ body: () throws -> [String]) -> [String] {
    do { return try body() } catch { return ["\(error)"] }
  }

  private static func assignments(using random: inout SystemRandomNumberGenerator) -> [String] {
    let algorithms = Old.Algorithm.allCases
    let algorithm = algorithms.randomElement(using: &random)!
    var lines = ["algorithm=\(algorithm.rawValue)"]
    let own = Old.fields.filter { $0.algorithms.contains(algorithm) && $0.key != "algorithm" }
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let all = Int.random(in: 0..<20, using: &random) == 0
      let field = (all ? Old.fields : own).randomElement(using: &random)!
      var key = field.key
      if Int.random(in: 0..<60, using: &random) == 0 { key = field.otherNames.first ?? key + "x" }
      if Int.random(in: 0..<60, using: &random) == 0 { key.removeLast() }
      if Bool.random(using: &random) { key = key.replacing("_", with: "-") }
      let values: [String] =
        switch field.kind {
        case .integer: ["0", "1", "2", "3", "16", "64", "200", "-1", "1e1", "x", "1000000000"]
        case .number: ["0", "0.1", "0.2", "0.95", "1", "1.1", "5", "-1", "nan", "x"]
        case .choice(let names): names + names + ["x"]
        case .text: ["", "logic", "a/b.json5", "nano", "micro", "numeric", "./x"]
        case .boolean: ["true", "false", "true", "false", "x"]
        }
      lines.append(key + "=" + values.randomElement(using: &random)!)
    }
    return lines
  }
}
