import Foundation
import Testing

/// Each algorithm's file says at its top where it differs from its paper, and by which field.
@Suite struct AlgorithmHeaderTests {
  /// What no paper has a word on: where rewards come from, and what is measured besides.
  private static let besides: Set = [
    "rewards", "verifier", "shadow_verifier", "verifier_failure_limit", "log_kl",
  ]

  private static func header(of algorithm: Configuration.Algorithm) throws -> String {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Training")
    let file = sources.appending(path: "\(algorithm.type).swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    let lines = text.components(separatedBy: "\n").prefix { !$0.contains("struct") }
    return lines.map { $0.replacing(/^\/\/\/ ?/, with: "") }.joined(separator: "\n")
  }

  /// The keys that a text names in backticks.
  private static func keys(in text: some StringProtocol) -> Set<String> {
    let words = String(text).matches(of: /`([a-z_0-9]+)`/).map { String($0.1) }
    return Set(words).intersection(Configuration.fields.map(\.key))
  }

  @Test(arguments: Configuration.Algorithm.allCases.filter { $0 != .sft })
  func everyDifferenceHasItsField(algorithm: Configuration.Algorithm) throws {
    let header = try Self.header(of: algorithm)
    #expect(header.contains("arXiv") || header.contains("Williams"))
    let read = Configuration.fields.filter { $0.algorithms.contains(algorithm) }.map(\.key)
    let named = Self.keys(in: header)
    #expect(named.isSubset(of: read), "\(named.subtracting(read)) isn't read by \(algorithm)")
    let sections = Configuration.sections.filter {
      ["Reward and advantage", "Objective", "Critic"].contains($0.title)
    }
    #expect(sections.count == 3)
    let wanted = Set(sections.flatMap(\.fields).map(\.key)).intersection(read)
      .subtracting(Self.besides)
    #expect(named.isSuperset(of: wanted), "\(wanted.subtracting(named)) isn't named")
    let bullets = header.components(separatedBy: "\n- ").dropFirst()
    #expect(bullets.count > 4)
    for bullet in bullets { #expect(!Self.keys(in: bullet).isEmpty, "no field in: \(bullet)") }
  }
}
