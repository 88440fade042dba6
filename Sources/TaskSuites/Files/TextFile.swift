internal import Foundation
internal import JSON
internal import Verifiers

/// A text file read whole.
struct TextFile {
  let text: String
  /// The name that messages show.
  let name: String

  /// - Throws: `SuiteError` where the file is missing, can't be read, or isn't UTF-8.
  init(_ url: URL, name: String) throws(SuiteError) {
    self.name = name
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw SuiteError(.missing, file: name, "no such file")
    } catch {
      let path = url.resolvingSymlinksInPath().path
      let type =
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      throw SuiteError(
        .unreadable, file: name,
        type == .typeRegular
          ? "can't be read: \(error.localizedDescription)"
          : "is not a regular file; name a suite file (.json5) or a problem file (.jsonl)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw SuiteError(
        .badData, file: name, position: TextFile.firstBadLine(of: data),
        "this line is not UTF-8 text; save the file in that encoding")
    }
    self.text = text
  }

  private static func firstBadLine(of data: Data) -> TextPosition? {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    return bad.map { TextPosition(line: $0 + 1, column: 1) }
  }
}

extension String {
  /// The lines between line feeds; a carriage return before one stays, as white space.
  var utf8Lines: [Substring] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
  }
}
