package import Training
import Verifiers

/// `hone verifiers` takes no options.
package struct VerifiersOptions: Command {
  package static let specification = CommandSpecification(
    "verifiers", "List the verifiers and the parts of their scores.")

  package init(_ arguments: ParsedArguments) {}

  package func run() throws -> ExitCode {
    for (name, summary, make) in BuiltInVerifiers.table {
      let parts = make().partNames.joined(separator: ", ")
      try Console.result(
        name.padding(to: 10) + "built in  " + summary.padding(to: 52) + "parts: \(parts)\n")
    }
    return .success
  }
}
