package import Training

private let archiveOperand = CommandSpecification.Operand("FILE", "a checkpoint archive")

/// The options of `hone checkpoint inspect`.
package struct CheckpointInspectOptions: CommandOptions {
  package static let specification = CommandSpecification(
    "checkpoint inspect", "Say what a checkpoint holds and what made it.",
    operands: [archiveOperand])

  /// The archive.
  package let file: String

  package init(_ arguments: ParsedArguments) { file = arguments.operands[0] }
}

/// The options of `hone checkpoint verify`.
package struct CheckpointVerifyOptions: CommandOptions {
  package static let specification = CommandSpecification(
    "checkpoint verify", "Check every byte of a checkpoint against its manifest.",
    operands: [archiveOperand])

  /// The archive.
  package let file: String

  package init(_ arguments: ParsedArguments) { file = arguments.operands[0] }
}

/// The options of `hone checkpoint unpack`.
package struct CheckpointUnpackOptions: CommandOptions {
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
}

/// The options of `hone checkpoint pack`.
package struct CheckpointPackOptions: CommandOptions {
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
}
