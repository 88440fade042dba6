import Algorithms
import Foundation
import Learning
import Settings
import Testing

@Suite("Settings: the catalog and defaults")
struct CatalogTests {
  /// Properties of a group, and of the groups inside it; `run` is a group and a property of it.
  private func properties(of value: Any) -> [String] {
    Mirror(reflecting: value).children.flatMap { child -> [String] in
      child.value is any SettingsGroup ? properties(of: child.value) : [child.label ?? ""]
    }
  }

  @Test("every property has one row and every row its property", arguments: catalog.names)
  func rowsAreComplete(algorithm: String) throws {
    let settings = try #require(catalog.defaults(of: algorithm)).settings
    let keys = type(of: settings).rows.map(\.key)
    #expect(Set(keys).count == keys.count)
    let camel = keys.map { key in
      let words = key.split(separator: "_")
      return String(words[0]) + words.dropFirst().map(\.capitalized).joined()
    }
    // What `RAFTSettings` leaves out of a group is no setting of it.
    let left = Set(properties(of: settings)).subtracting(camel)
    #expect(left == (algorithm == "raft" ? ["klInReward"] : []))
    #expect(Set(camel).isSubset(of: properties(of: settings)))
  }

  @Test("every row reads and writes a property of its own", arguments: catalog.names)
  func rowsAreDistinct(algorithm: String) throws {
    let defaults = try #require(catalog.defaults(of: algorithm))
    for (field, before) in defaults.entries.dropFirst() {
      let other: SettingValue =
        switch (field.kind, before) {
        case (.integer, .integer(let value)): .integer(value + 1)
        case (.number, .number(let value)): .number(value + 0.5)
        case (.choice(let names), .text(let name)): .text(names.first { $0 != name } ?? "")
        case (.text, .text(let text)): .text(text + "x")
        case (.boolean, .boolean(let flag)): .boolean(!flag)
        default: before
        }
      #expect(other != before, "\(field.key): kind and property don't match")
      var configuration = defaults
      configuration.set(field.key, to: other)
      #expect(configuration.value(field.key) == other)
      #expect(configuration.changedKeys == [field.key])
      #expect(configuration.differsFromDefault(field.key) && configuration != defaults)
    }
  }

  @Test("every default is a value that its field takes", arguments: catalog.names)
  func defaultsAreInRange(algorithm: String) throws {
    for (field, value) in try #require(catalog.defaults(of: algorithm)).entries {
      #expect(try field.kind.checked(value) == value)
    }
  }

  @Test("a key is one thing for all algorithms, and has one name elsewhere")
  func keysMeanOneThing() throws {
    for algorithm in catalog.algorithms {
      for row in algorithm.rows {
        let field = try #require(catalog.field(row.key)).field
        #expect(row.kind == field.kind && row.section == field.section, "\(row.key)")
      }
      let names = algorithm.rows.flatMap { $0.aliases + [$0.key] }
      #expect(Set(names).count == names.count)
    }
  }

  @Test("every algorithm says what it is and where it is from")
  func summaries() {
    #expect(Set(catalog.names).count == catalog.names.count)
    for algorithm in catalog.algorithms {
      #expect(!algorithm.summary.isEmpty && !algorithm.summary.hasSuffix("."))
      #expect(algorithm.paper != nil || algorithm.name == "sft")
    }
  }

  /// What no paper has a word on: where rewards come from, and what is also measured.
  private static let outsidePapers: Set = [
    "rewards", "verifier", "shadow_verifier", "verifier_failure_limit", "log_kl", "variant",
    "weight_cap",
  ]

  @Test("each setting of the objective says how it deviates from the paper")
  func deviations() throws {
    let sections: [SettingsSection] = [.reward, .objective, .critic]
    for algorithm in catalog.algorithms where algorithm.paper != nil {
      for row in algorithm.rows
      where sections.contains(row.section) && !Self.outsidePapers.contains(row.key) {
        #expect(row.deviation != nil, "\(algorithm.name) \(row.key)")
      }
    }
  }

  @Test("the defaults of grpo and sft")
  func defaults() {
    let grpo = GRPOSettings()
    #expect(grpo.run.steps == 100 && grpo.batch.problems == 64 && grpo.sampling.groupSize == 16)
    #expect(grpo.optimizer.learningRate == 1e-4 && grpo.optimizer.schedule == .constant)
    #expect(grpo.optimizer.warmupSteps == 0)
    #expect(grpo.run.model.isEmpty && grpo.run.suite == "arithmetic")
    #expect(catalog.defaults() == Configuration(grpo))
    let sft = SFTSettings()
    #expect(sft.run.steps == 1500 && sft.batch.problems == 256)
    #expect(sft.optimizer.learningRate == 2e-3 && sft.optimizer.schedule == .cosine)
    #expect(sft.optimizer.warmupSteps == 50)
    #expect(sft.run.model == "nano" && sft.newModel == NewModelSettings())
    #expect(catalog.defaults(of: "dpoo") == nil)
  }

  @Test("the run's folder")
  func runFolder() {
    var configuration = Configuration(SFTSettings())
    configuration.run.seed = 3
    #expect(configuration.runFolder == "runs/sft-arithmetic-3")
    configuration.run.suite = "/data/my.suite/hard-sums.json5"
    #expect(configuration.runFolder == "runs/sft-hard-sums-3")
    configuration.run.suite = "../.hidden"
    #expect(configuration.runFolder == "runs/sft-.hidden-3")
    configuration.run.run = "elsewhere"
    #expect(configuration.runFolder == "elsewhere")
  }

  @Test("files are found by their rows")
  func files() {
    var grpo = GRPOSettings()
    grpo.run.holdout = "h.jsonl"
    grpo.sampling.shadowVerifier = "./strict"
    var seen: [String] = []
    let mapped = Configuration(grpo).mapFiles { field, name in
      seen.append(field.key)
      return "/" + name
    }
    #expect(seen == ["suite", "holdout", "shadow_verifier"])
    #expect(
      mapped.run.suite == "/arithmetic" && mapped.value("shadow_verifier") == .text("/./strict"))
  }

  @Test("encoding keeps what the algorithm has, and reads back the same")
  func coding() throws {
    var sft = SFTSettings()
    sft.optimizer.learningRate = 3e-4
    sft.run.seed = .max
    sft.newModel.tiedEmbeddings = false
    sft.run.suite = "a \"b\"\n"
    let data = try JSONEncoder().encode(Configuration(sft))
    let keys = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]).keys
    #expect(keys.contains("context_length") && !keys.contains("group_size"))
    let written = try JSONDecoder().decode(WrittenSettings.self, from: data)
    #expect(try catalog.resolve(written.settings) == Configuration(sft))
  }

  @Test("what was written is checked as the command line is")
  func readingChecks() {
    func read(_ json: String) throws -> Configuration {
      try catalog.resolve(
        JSONDecoder().decode(WrittenSettings.self, from: Data(json.utf8)).settings)
    }
    #expect(throws: SettingsError.self) { try read(#"{"steps": 0}"#) }
    #expect(throws: SettingsError.self) { try read(#"{"stebs": 1}"#) }
    #expect(throws: DecodingError.self) { try read(#"{"steps": [1]}"#) }
  }
}
