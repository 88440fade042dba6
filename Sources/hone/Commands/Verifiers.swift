package import Training

/// `hone verifiers` takes no options.
package struct VerifiersOptions: CommandOptions {
  package static let specification = CommandSpecification(
    "verifiers", "List the verifiers and the parts of their scores.")

  package init(_ arguments: ParsedArguments) {}
}
