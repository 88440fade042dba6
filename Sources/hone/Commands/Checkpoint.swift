import Checkpointing
import Statistics

private let archiveOperand = CommandSpecification.Operand("FILE", "a checkpoint archive")

/// The options of `hone checkpoint inspect`.
package struct CheckpointInspectOptions: Command {
  package static let specification = CommandSpecification(
    "checkpoint inspect", "Say what a checkpoint holds and what made it.",
    operands: [archiveOperand])

  /// The archive.
  package let file: String

  package init(_ arguments: ParsedArguments) { file = arguments.operands[0] }

  package func run() throws -> ExitCode {
    let summary = try CheckpointArchive.inspect(file)
    var lines = ["\(file): format version \(CheckpointManifest.currentVersion)", ""]
    lines += summary.manifest.entries.map { entry in
      entry.name.rawValue.padding(to: 32) + "\(entry.size) bytes".padding(to: 18)
        + entry.digest.hex.prefix(16) + "…"
    }
    lines += ["", "made by"]
    let made = String(decoding: summary.manifest.madeBy.bytes(indented: true), as: UTF8.self)
    lines += made.split(separator: "\n").map { "  " + $0 }
    for (entry, layouts) in summary.tensors where entry == .weights {
      lines += ["", "\(entry.rawValue): \(Quantity.counted(layouts.count, "tensor"))"]
      lines += layouts.map { tensor in
        "  " + tensor.name.padding(to: 52) + tensor.format.rawValue.padding(to: 6)
          + "[\(tensor.shape.map(String.init).joined(separator: ", "))]"
      }
    }
    try Console.result(lines.joined(separator: "\n") + "\n")
    return .success
  }
}

/// The options of `hone checkpoint verify`.
package struct CheckpointVerifyOptions: Command {
  package static let specification = CommandSpecification(
    "checkpoint verify", "Check every byte of a checkpoint against its manifest.",
    operands: [archiveOperand])

  /// The archive.
  package let file: String

  package init(_ arguments: ParsedArguments) { file = arguments.operands[0] }

  package func run() throws -> ExitCode {
    let report = try CheckpointArchive.verify(file)
    for entry in report.entries {
      try Console.result(
        entry.name.rawValue.padding(to: 32) + (entry.problem.map { "BAD: \($0)" } ?? "good") + "\n")
    }
    if let problem = report.problem { throw problem }
    try Console.result("\(file): every byte is as it was written\n")
    return .success
  }
}

/// The options of `hone checkpoint unpack`.
package struct CheckpointUnpackOptions: Command {
  package static let specification = CommandSpecification(
    "checkpoint unpack", "Unpack a checkpoint into a folder that Hugging Face Transformers loads.",
    operands: [archiveOperand, .init("DIR", "the new folder")])

  /// The archive.
  package let file: String
  /// The new folder.
  package let folder: String

  package init(_ arguments: ParsedArguments) {
    file = arguments.operands[0]
    folder = arguments.operands[1]
  }

  package func run() throws -> ExitCode {
    try CheckpointArchive.unpack(file, into: folder)
    try Console.result("unpacked into \(folder)\n")
    return .success
  }
}

/// The options of `hone checkpoint pack`.
package struct CheckpointPackOptions: Command {
  package static let specification = CommandSpecification(
    "checkpoint pack", "Pack a model's folder into a checkpoint.",
    operands: [
      .init("DIR", "a Hugging Face folder, or an unpacked checkpoint"),
      .init("FILE", "the new checkpoint archive"),
    ])

  /// The folder.
  package let folder: String
  /// The new archive.
  package let file: String

  package init(_ arguments: ParsedArguments) {
    folder = arguments.operands[0]
    file = arguments.operands[1]
  }

  package func run() throws -> ExitCode {
    let packed = try CheckpointArchive.pack(folder, to: file)
    let names = packed.manifest.entries.map(\.name.rawValue).joined(separator: ", ")
    try Console.result("packed \(names) into \(file)\n")
    if !packed.leftOut.isEmpty {
      try Console.result("left out: \(packed.leftOut.joined(separator: ", "))\n")
    }
    return .success
  }
}
