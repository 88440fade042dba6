internal import Algorithms
internal import Experience
internal import Runs
package import Settings

/// `hone train`: trains a policy with verifiable rewards, or warms one up on demonstrations.
package struct TrainOptions: Command {
  package static let specification = CommandSpecification(
    "train",
    "Train a policy with verifiable rewards, or warm one up on demonstrations (sft).",
    sections: [
      OptionSection(
        "This command",
        [
          OptionSpecification(
            "config", .text(placeholder: "FILE"), "read fields from a JSON5 file, or a config.json"),
          OptionSpecification(
            "set", .text(placeholder: "KEY=VALUE"),
            "set a field; stronger than flags, which are stronger than the file; may be repeated"),
          OptionSpecification("dry-run", "print what would be done, and do nothing"),
          jsonOption,
          quietOption,
        ])
    ]
      + OptionSection.sections(of: AlgorithmRegistry.shared.catalog))

  /// The resolved configuration.
  package let configuration: Configuration
  /// Whether only to say what would be done.
  package let isDryRun: Bool
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool
  /// Whether progress is left out.
  package let isQuiet: Bool

  package init(_ arguments: ParsedArguments) throws {
    let catalog = AlgorithmRegistry.shared.catalog
    var settings: [GivenSetting] = []
    if let path = arguments.text("config") {
      settings += try SettingsCatalog.settings(ofFile: path)
    }
    let flags = Set(catalog.fields.map(\.field.flag))
    settings += arguments.values.filter { flags.contains($0.name) }.map {
      GivenSetting(key: $0.name, given: .value($0.value), origin: .flag)
    }
    settings += try arguments.texts("set").map { try GivenSetting(assignment: $0) }
    configuration = try catalog.resolve(settings)
    isDryRun = arguments.isOn("dry-run")
    isJSON = arguments.isOn("json")
    isQuiet = arguments.isOn("quiet")
  }

  package func run() throws -> ExitCode {
    guard isDryRun else {
      let training = try TrainingRun(starting: configuration, algorithms: .shared)
      return try TrainSession(training, isJSON: isJSON, isQuiet: isQuiet).run()
    }
    let memory = try RunInputs.memoryEstimate(configuration)
    if !isQuiet { try Console.progress(configuration.explain(memoryBytes: memory), isJSON: isJSON) }
    if isJSON { try Console.result(configuration.explanationJSON() + "\n") }
    return .success
  }
}
