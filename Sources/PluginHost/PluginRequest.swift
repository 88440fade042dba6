internal import JSON
internal import Verifiers

/// What the host writes to a plugin's program: one JSON object a line (docs/plugins.md).
enum PluginRequest {
  /// The first line, which the program answers before it gets completions.
  static func greeting(_ manifest: PluginManifest) -> [UInt8] {
    var line: [UInt8] = []
    line += #"{"protocol":"#.utf8
    line += String(PluginManifest.protocolVersion).utf8
    line += #","plugin":"#.utf8
    line.appendJSON(manifest.name)
    for (key, names) in [
      ("parts", manifest.parts), ("fields", manifest.fields.map(\.rawValue)),
    ] {
      line += ",\"\(key)\":[".utf8
      for (place, name) in names.enumerated() {
        if place > 0 { line.append(UInt8(ascii: ",")) }
        line.appendJSON(name)
      }
      line.append(UInt8(ascii: "]"))
    }
    line += "}\n".utf8
    return line
  }

  /// How the line of a completion begins; its `body` follows.
  static func opening(id: Int) -> [UInt8] { Array(#"{"id":\#(id)"#.utf8) }

  /// The line of a completion from after its id to its line end.
  static func body(_ submission: Submission, fields: [PluginManifest.Field]) -> [UInt8] {
    let (completion, problem) = (submission.completion, submission.problem)
    let needsParts = fields.contains(.reasoning) || fields.contains(.answer)
    let parsed = needsParts ? completion.parsed : nil
    var line: [UInt8] = []
    line.reserveCapacity(128 + completion.text.utf8.count * 2 + problem.prompt.utf8.count)
    for field in fields {
      line += ",\"\(field.rawValue)\":".utf8
      switch field {
      case .task: line.appendJSON(problem.task)
      case .prompt: line.appendJSON(problem.prompt)
      case .completion: line.appendJSON(completion.text)
      case .reasoning: appendText(parsed?.reasoning, to: &line)
      case .answer: appendText(parsed?.answer, to: &line)
      case .finished: line += (completion.isFinished ? "true" : "false").utf8
      case .reference: line.appendJSON(problem.answer)
      case .columns:
        line.append(UInt8(ascii: "{"))
        for (place, column) in problem.columns.sorted(by: { $0.key < $1.key }).enumerated() {
          if place > 0 { line.append(UInt8(ascii: ",")) }
          line.appendJSON(column.key)
          line.append(UInt8(ascii: ":"))
          line.appendJSON(column.value)
        }
        line.append(UInt8(ascii: "}"))
      }
    }
    line += "}\n".utf8
    return line
  }

  /// The line of a problem's place from after its id to its line end.
  static func body(_ place: ProblemPlace) -> [UInt8] {
    var line = Array(#","problem":{"dataset":"#.utf8)
    line.appendJSON(place.dataset)
    line += #","settings":\#(place.settings),"seed":\#(place.seed),"index":\#(place.index)}}"#.utf8
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static func appendText(_ text: String?, to line: inout [UInt8]) {
    if let text { line.appendJSON(text) } else { line += "null".utf8 }
  }
}
