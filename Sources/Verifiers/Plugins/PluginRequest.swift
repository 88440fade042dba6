/// What the host writes to a plugin's program: one JSON object a line (docs/plugins.md).
enum PluginRequest {
  /// The first line, which the program answers before it gets completions.
  static func greeting(_ manifest: PluginManifest) -> [UInt8] {
    var line: [UInt8] = []
    line += #"{"protocol":"#.utf8
    line += String(PluginManifest.protocolVersion).utf8
    line += #","plugin":"#.utf8
    append(manifest.name, to: &line)
    for (key, names) in [
      ("parts", manifest.parts), ("fields", manifest.fields.map(\.rawValue)),
    ] {
      line += ",\"\(key)\":[".utf8
      for (place, name) in names.enumerated() {
        if place > 0 { line.append(UInt8(ascii: ",")) }
        append(name, to: &line)
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
      case .task: append(problem.task, to: &line)
      case .prompt: append(problem.prompt, to: &line)
      case .completion: append(completion.text, to: &line)
      case .reasoning: append(parsed?.reasoning, to: &line)
      case .answer: append(parsed?.answer, to: &line)
      case .finished: line += (completion.isFinished ? "true" : "false").utf8
      case .reference: append(problem.answer, to: &line)
      case .columns:
        line.append(UInt8(ascii: "{"))
        for (place, column) in problem.columns.sorted(by: { $0.key < $1.key }).enumerated() {
          if place > 0 { line.append(UInt8(ascii: ",")) }
          append(column.key, to: &line)
          line.append(UInt8(ascii: ":"))
          append(column.value, to: &line)
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
    append(place.dataset, to: &line)
    line += #","settings":\#(place.settings),"seed":\#(place.seed),"index":\#(place.index)}}"#.utf8
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static func append(_ text: String?, to line: inout [UInt8]) {
    guard var text else {
      line += "null".utf8
      return
    }
    line.append(UInt8(ascii: "\""))
    text.withUTF8 { bytes in
      // In runs: most texts have nothing to escape, and a byte at a time is slow.
      var start = 0
      for place in 0..<bytes.count {
        let byte = unsafe bytes[place]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
          continue
        }
        unsafe line.append(contentsOf: bytes[start..<place])
        start = place + 1
        line += escape(byte)
      }
      unsafe line.append(contentsOf: bytes[start..<bytes.count])
    }
    line.append(UInt8(ascii: "\""))
  }

  private static func escape(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [UInt8(ascii: "\\"), byte]
    case 0x0A: return Array(#"\n"#.utf8)
    default:
      let hex = String(byte, radix: 16)
      return Array((#"\u"# + String(repeating: "0", count: 4 - hex.count) + hex).utf8)
    }
  }
}
