package import Foundation
package import TaskSuites
package import Verifiers

/// "Copy the digit": `7=` is answered by `<think>7</think>7`; `(7)=` are the test problems.
package enum CopySuite {
  /// Gives a body a new empty folder, and takes it away afterwards.
  package static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hone-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// Writes the suite's file, and gives its path.
  package static func write(to folder: URL) throws -> String {
    var text = ""
    for digit in 0..<10 {
      for (prompt, split) in [("\(digit)=", "train"), ("(\(digit))=", "test")] {
        text += #"{"prompt": "\#(prompt)", "answer": "\#(digit)", "split": "\#(split)", "#
        text += #""demonstration": "<think>\#(digit)</think>\#(digit)"}"# + "\n"
      }
    }
    let file = folder.appending(path: "copy.jsonl")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// The suite, judged by a verifier of the test.
  package static func judged(by verifier: any Verifier) throws -> TaskSuite {
    try withFolder { folder in
      try SuiteCatalog(folder: folder).open(write(to: folder)).judged(by: verifier)
    }
  }
}
