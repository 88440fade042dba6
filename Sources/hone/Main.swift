import Foundation
internal import Runs

/// The version of the tool, also written into checkpoints.
package let toolVersion = Hone.version

@main
enum Main {
  static func main() {
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Runs one command line to its exit code; errors go to standard error.
  private static func run(_ words: [String]) -> ExitCode {
    do {
      switch try Invocation(words) {
      case .version:
        try Console.result("hone \(toolVersion)\n")
        return .success
      case .help(let text):
        try Console.result(text)
        return .success
      case .command(let command):
        return try command.run()
      }
    } catch {
      Console.complain("error: \(error)\n")
      return exitCode(for: error)
    }
  }
}
