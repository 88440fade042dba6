/// A text as a JSON string literal, quotes included.
package func jsonString(_ text: String) -> String {
  var literal: [UInt8] = []
  literal.appendJSON(text)
  return String(decoding: literal, as: UTF8.self)
}

extension [UInt8] {
  /// Appends a text as a JSON string literal, which stays on one line.
  package mutating func appendJSON(_ text: String) {
    append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      // In runs: most texts have nothing to escape, and a byte at a time is slow.
      var start = 0
      for place in 0..<bytes.count {
        let byte = unsafe bytes[place]
        // Line and paragraph separators would break a line: U+2028 and U+2029 are E2 80 A8 and A9.
        let isSeparator =
          unsafe byte == 0xE2 && bytes[place + 1] == 0x80 && bytes[place + 2] & 0xFE == 0xA8
        guard byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || isSeparator else {
          continue
        }
        unsafe append(contentsOf: bytes[start..<place])
        start = place + (isSeparator ? 3 : 1)
        unsafe appendEscape(isSeparator ? 0x2000 | UInt16(bytes[place + 2]) & 0x3F : UInt16(byte))
      }
      unsafe append(contentsOf: bytes[start..<bytes.count])
    }
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscape(_ unit: UInt16) {
    switch unit {
    case 0x22, 0x5C: self += [0x5C, UInt8(unit)]
    case 0x09: self += #"\t"#.utf8
    case 0x0A: self += #"\n"#.utf8
    case 0x0D: self += #"\r"#.utf8
    default:
      let digits = String(unit, radix: 16)
      self += (#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    }
  }
}

extension JSONValue {
  /// This value as UTF-8 text with sorted keys: equal values give equal bytes.
  ///
  /// With `indented`, two spaces a level and a newline at the end.
  package func bytes(indented: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    write(to: &output, indentation: indented ? 0 : nil)
    if indented { output.append(UInt8(ascii: "\n")) }
    return output
  }

  private func write(to output: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .number(let text): output += text.utf8
    case .string(let text): output.appendJSON(text)
    case .array(let elements):
      output.appendList(elements, brackets: "[]", indentation: indentation) {
        $0.write(to: &$1, indentation: $2)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      output.appendList(sorted, brackets: "{}", indentation: indentation) {
        $1.appendJSON($0.key)
        $1 += ($2 == nil ? ":" : ": ").utf8
        $0.value.write(to: &$1, indentation: $2)
      }
    }
  }
}

extension JSONNode {
  /// The same value as strict JSON on one line, members in their order.
  package var plainJSON: String {
    var output: [UInt8] = []
    write(to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private func write(to output: inout [UInt8]) {
    switch value {
    case .array(let nodes):
      output.appendList(nodes, brackets: "[]", indentation: nil) { node, output, _ in
        node.write(to: &output)
      }
    case .object(let members):
      output.appendList(members, brackets: "{}", indentation: nil) { member, output, _ in
        output.appendJSON(member.key)
        output.append(UInt8(ascii: ":"))
        member.node.write(to: &output)
      }
    default: output += JSONValue(self).bytes()
    }
  }
}

extension [UInt8] {
  fileprivate mutating func appendList<Item>(
    _ items: [Item], brackets: String, indentation: Int?,
    item write: (Item, inout [UInt8], Int?) -> Void
  ) {
    let inner = indentation.map { $0 + 2 }
    append(brackets.utf8.first!)
    for (index, item) in items.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      breakLine(inner)
      write(item, &self, inner)
    }
    if !items.isEmpty { breakLine(indentation) }
    append(brackets.utf8.last!)
  }

  private mutating func breakLine(_ indentation: Int?) {
    guard let indentation else { return }
    append(UInt8(ascii: "\n"))
    self += repeatElement(UInt8(ascii: " "), count: indentation)
  }
}
