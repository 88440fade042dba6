import Algorithms
import Foundation
import Learning
import Settings
import Testing

@Suite("Settings: files")
struct SettingsFileTests {
  /// Resolves a file of this text.
  private func resolved(_ text: String) throws -> Configuration {
    try withFile(text) { try catalog.configuration(ofFile: $0) }
  }

  /// Gives a body the path of a new file `c.json5`, and takes its folder away afterwards.
  private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result
  {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "hone-configuration-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "c.json5")
    try Data(text.utf8).write(to: file)
    return try body(file.path)
  }

  /// The error of a file of this text, without the folder before its name.
  private func refusal(_ text: String) throws -> String {
    do {
      _ = try resolved(text)
      return "taken"
    } catch let error as SettingsError {
      guard let name = error.description.firstRange(of: "c.json5") else { return error.description }
      return String(error.description[name.lowerBound...])
    }
  }

  @Test("all of JSON5 that a flat object may hold")
  func everything() throws {
    let configuration = try resolved(
      #"""
      // a comment, and /* in it
      {
        /* another
           // one */
        algorithm: 'sft', "suite": "lo\u0067ic", 'model': "na\
      no",
        steps: 0x10, "learning-rate": .5e-3, weight_decay: 1., seed: +7,
        tied_embeddings: false, top_k: 1e1,
        run: "it's \"\x41\\\uD83D\uDE00",
      }

      """#)
    let sft = try #require(configuration.settings as? SFTSettings)
    #expect(sft.run.suite == "logic" && sft.run.model == "nano" && sft.run.steps == 16)
    #expect(sft.optimizer.learningRate == 5e-4 && sft.optimizer.weightDecay == 1)
    #expect(sft.run.seed == 7 && !sft.newModel.tiedEmbeddings && sft.run.topK == 10)
    #expect(sft.run.run == "it's \"A\\\u{1F600}")
  }

  @Test("an empty object is all defaults", arguments: ["{}", " { // nothing\n } ", "\u{FEFF}{}"])
  func empty(text: String) throws {
    #expect(try resolved(text) == catalog.defaults())
  }

  @Test("what was resolved reads back the same", arguments: catalog.names)
  func roundTrip(algorithm: String) throws {
    var configuration = try #require(catalog.defaults(of: algorithm))
    configuration.run.suite = "a\"\\\u{1}\u{E9}"
    configuration.set("learning_rate", to: .number(1.0 / 3))
    configuration.run.seed = .max
    // Some algorithms can't do without a file.
    for (field, value) in configuration.entries where field.file != nil && value == .text("") {
      configuration.set(field.key, to: .text("some.jsonl"))
    }
    #expect(try resolved(configuration.jsonText) == configuration)
    let object = try JSONSerialization.jsonObject(with: Data(configuration.jsonText.utf8))
    #expect((object as? [String: Any])?["seed"] as? Int == .max)
  }

  @Test(
    "errors name line and column",
    arguments: [
      ("{\n  stebs: 5}", #"c.json5:2:3: unknown key "stebs"; did you mean steps?"#),
      ("{é: 1, steps: 0}", #"c.json5:1:2: unknown key "é"; `hone train --help` lists them all"#),
      (
        "{\r\n\tsteps: 0}", #"c.json5:2:2: steps takes a whole number from 1 to 1000000, not "0""#
      ),
      ("{steps: '5'}", #"c.json5:1:2: steps takes a whole number from 1 to 1000000, not "5""#),
      ("{suite: 5}", #"c.json5:1:2: suite takes a text, not "5""#),
      (
        "{algorithm: 'sft',\n group_size: 4}",
        "c.json5:2:2: group_size is not used by sft; leave it out"
      ),
      ("{steps: 5,\n steps: 6}", "c.json5:2:2: the key 'steps' occurs twice in one object"),
      ("{top_k: 5,\n 'top-k': 6}", #"c.json5:2:2: the key "top-k" is there twice; keep one"#),
      (
        "{seed: 99999999999999999999}",
        #"c.json5:1:2: seed takes a whole number of 0 or more, not "1e20""#
      ),
    ])
  func badSettings(text: String, expected: String) throws {
    #expect(try refusal(text) == expected)
  }

  @Test(
    "syntax errors name line and column; those of JSON5 itself are tested with its reader",
    arguments: [
      ("", "1:1: the text is empty; a value was expected"),
      ("[1]", "1:1: a configuration is an object: it starts with {"),
      ("{steps: 5\n seed: 6}", "2:2: ',' or '}' was expected, not 's'"),
      ("{steps: [5]}", "1:9: steps takes a single value, not a list or an object"),
      ("{suite: logic}", "1:9: 'logic' needs quotes to be a string"),
      ("{steps: null}", #"1:9: expected a value for "steps"; leave the key out for its default"#),
    ])
  func badSyntax(text: String, expected: String) throws {
    #expect(try refusal(text) == "c.json5:" + expected)
  }

  @Test("syntax, settings and missing files are told apart")
  func kinds() throws {
    func kind(_ text: String) throws -> SettingsError.Kind? {
      do {
        _ = try resolved(text)
        return nil
      } catch let error as SettingsError {
        return error.kind
      }
    }
    #expect(try kind("{") == .syntax)
    #expect(try kind("{stebs: 1}") == .setting)
    #expect(
      throws: SettingsError(.missingFile, "/no/such.json5: no such configuration file")
    ) { try SettingsCatalog.settings(ofFile: "/no/such.json5") }
    #expect {
      try SettingsCatalog.settings(ofFile: "/tmp")
    } throws: {
      ($0 as? SettingsError)?.kind == .unreadableFile
    }
  }

  @Test("bytes that are no UTF-8")
  func notText() throws {
    try withFile("") { path in
      try Data([0x7B, 0xFF, 0x7D]).write(to: URL(fileURLWithPath: path))
      #expect {
        try SettingsCatalog.settings(ofFile: path)
      } throws: {
        ($0 as? SettingsError)?.kind == .syntax
      }
    }
  }

  @Test("any beginning of a file is an error, never a crash")
  func truncation() throws {
    let whole = #"{/*c*/ suite: 'a\u0041\uD83D\uDE00\x41', steps: 0x1F, // c"# + "\n top_p: .5,}"
    for length in 0..<whole.count {
      #expect(throws: SettingsError.self) { try resolved(String(whole.prefix(length))) }
    }
    #expect(try resolved(whole).run.topP == 0.5)
  }
}
