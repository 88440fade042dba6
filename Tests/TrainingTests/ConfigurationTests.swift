import Foundation
import Testing

@Suite("Configuration: table and defaults")
struct ConfigurationTests {
  @Test("every property has one row and every row its property")
  func tableIsComplete() {
    let properties = Mirror(reflecting: Configuration()).children.compactMap(\.label)
    let keys = Configuration.fields.map(\.key)
    #expect(Set(keys).count == keys.count)
    #expect(keys.count == properties.count)
    let camel = keys.map { key in
      let words = key.split(separator: "_")
      return String(words[0]) + words.dropFirst().map(\.capitalized).joined()
    }
    #expect(Set(camel) == Set(properties))
  }

  @Test("every row reads and writes a property of its own")
  func rowsAreDistinct() {
    for field in Configuration.fields {
      var configuration = Configuration()
      let before = field.get(configuration)
      let other: ConfigurationValue =
        switch (field.kind, before) {
        case (.integer, .integer(let value)): .integer(value + 1)
        case (.number, .number(let value)): .number(value + 0.5)
        case (.choice(let names), .text(let name)): .text(names.first { $0 != name } ?? "")
        case (.text, .text(let text)): .text(text + "x")
        case (.boolean, .boolean(let flag)): .boolean(!flag)
        default: before
        }
      #expect(other != before, "\(field.key): kind and property don't match")
      field.set(&configuration, other)
      #expect(field.get(configuration) == other)
      let changed = Configuration.fields.filter { $0.get(configuration) != $0.get(Configuration()) }
      #expect(changed.map(\.key) == [field.key])
    }
  }

  @Test(
    "every default is a value that its field takes", arguments: Configuration.Algorithm.allCases)
  func defaultsAreInRange(algorithm: Configuration.Algorithm) throws {
    for field in Configuration.fields {
      let value = field.defaultValue(for: algorithm)
      #expect(try field.kind.checked(value) == value)
    }
  }

  @Test("no name of another trainer hides a key or another name")
  func otherNamesAreDistinct() {
    let names = Configuration.fields.flatMap { $0.otherNames + [$0.key] }
    #expect(Set(names).count == names.count)
  }

  @Test("the defaults of grpo and sft")
  func defaults() {
    let grpo = Configuration()
    #expect(grpo.steps == 100 && grpo.problems == 64 && grpo.groupSize == 16)
    #expect(grpo.learningRate == 1e-4 && grpo.schedule == .constant && grpo.warmupSteps == 0)
    #expect(grpo.model.isEmpty && grpo.suite == "arithmetic")
    let sft = Configuration(algorithm: .sft)
    #expect(sft.steps == 1500 && sft.problems == 256)
    #expect(sft.learningRate == 2e-3 && sft.schedule == .cosine && sft.warmupSteps == 50)
    #expect(sft.model == "nano" && sft.contextLength == 160 && sft.tiedEmbeddings)
  }

  @Test("the run's folder")
  func runFolder() {
    var configuration = Configuration(algorithm: .sft)
    configuration.seed = 3
    #expect(configuration.runFolder == "runs/sft-arithmetic-3")
    configuration.suite = "/data/my.suite/hard-sums.json5"
    #expect(configuration.runFolder == "runs/sft-hard-sums-3")
    configuration.suite = "../.hidden"
    #expect(configuration.runFolder == "runs/sft-.hidden-3")
    configuration.run = "elsewhere"
    #expect(configuration.runFolder == "elsewhere")
  }

  @Test("encoding keeps what the algorithm reads and decodes to the same")
  func coding() throws {
    var configuration = Configuration(algorithm: .sft)
    configuration.learningRate = 3e-4
    configuration.seed = .max
    configuration.tiedEmbeddings = false
    configuration.suite = "a \"b\"\n"
    let data = try JSONEncoder().encode(configuration)
    let keys = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]).keys
    #expect(keys.contains("context_length") && !keys.contains("group_size"))
    #expect(try JSONDecoder().decode(Configuration.self, from: data) == configuration)
  }

  @Test("decoding checks as the command line does")
  func decodingChecks() {
    func decode(_ json: String) throws -> Configuration {
      try JSONDecoder().decode(Configuration.self, from: Data(json.utf8))
    }
    #expect(throws: ConfigurationError.self) { try decode(#"{"steps": 0}"#) }
    #expect(throws: ConfigurationError.self) { try decode(#"{"stebs": 1}"#) }
    #expect(throws: DecodingError.self) { try decode(#"{"steps": [1]}"#) }
  }
}
