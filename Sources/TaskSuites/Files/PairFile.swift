internal import Foundation
internal import JSON
internal import Messages

/// Preference pairs: one JSON object per line, `{"prompt": …, "chosen": …, "rejected": …}`.
///
/// `chosen` and `rejected` are whole completions, `<think>…</think>answer`. Other keys are allowed and
/// ignored, so that files of other tools can carry what they like.
package struct PairFile: Sendable {
  /// One pair.
  package struct Pair: Sendable, Equatable {
    /// The text the policy is given.
    package var prompt: String
    /// The completion that was preferred.
    package var chosen: String
    /// The other one.
    package var rejected: String
    /// The line of the file.
    package var line: Int
  }

  /// The file, as messages name it.
  package let name: String
  /// The pairs, in the order of the file.
  package let pairs: [Pair]
  /// A hash of the file's text: the same for the same pairs.
  package let fingerprint: String

  /// Reads a file.
  ///
  /// - Throws: `SuiteError` where the file is missing or has no pair, or with the line and column of the
  ///   first bad one.
  package init(_ path: String) throws(SuiteError) {
    let file = try TextFile(URL(fileURLWithPath: path), name: path)
    name = path
    var hash = StableHash(0)
    hash.combine(file.text.utf8)
    fingerprint = String(hash.value, radix: 16)
    var pairs: [Pair] = []
    for (index, line) in file.text.utf8Lines.enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      pairs.append(try Self.pair(line, line: index + 1, file: path))
    }
    guard !pairs.isEmpty else {
      throw SuiteError(
        .badData, file: path,
        "the file has no pair; write lines such as "
          + #"{"prompt": "1+1=", "chosen": "<think></think>2", "rejected": "<think></think>3"}"#)
    }
    self.pairs = pairs
  }

  /// An error about a pair.
  package func error(_ message: String, in pair: Pair) -> SuiteError {
    SuiteError(
      .badData, file: name, position: TextPosition(line: pair.line, column: 1), message)
  }

  /// Marks of the vocabulary that are no part of a text.
  private static let marks = ["<s>", "</s>", "<pad>"]

  private static func pair(
    _ source: Substring, line: Int, file: String
  ) throws(SuiteError) -> Pair {
    let node: JSONNode
    do throws(JSONError) {
      node = try JSONNode(parsing: source, as: .json5, file: file, firstLine: line)
    } catch {
      throw SuiteError(error)
    }
    func text(_ key: String) throws(SuiteError) -> String {
      guard case .string(let text)? = node[key]?.value, !text.isEmpty else {
        throw SuiteError(
          .badData, file: file, position: node[key]?.position ?? node.position,
          "the pair has no text for \(quoted(key)); every pair needs prompt, chosen and rejected")
      }
      if let mark = marks.first(where: text.contains) {
        throw SuiteError(
          .badData, file: file, position: node[key]?.position,
          "\(quoted(key)) holds the mark \(mark), which is added where it belongs; leave it out")
      }
      return text
    }
    let pair = Pair(
      prompt: try text("prompt"), chosen: try text("chosen"), rejected: try text("rejected"),
      line: line)
    guard pair.chosen.utf8.elementsEqual(pair.rejected.utf8) else { return pair }
    throw SuiteError(
      .badData, file: file, position: node["rejected"]?.position,
      "chosen and rejected are the same text, from which nothing can be learned; leave the pair out"
    )
  }
}
