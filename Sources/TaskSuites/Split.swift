/// A part of a suite's problems; no problem is in two of them.
package enum Split: String, CaseIterable, Sendable, Codable {
  /// What the policy learns from.
  case train
  /// What settings are chosen on.
  case validation
  /// What results are reported on.
  case test

  /// The split that a prompt belongs to, in every suite, whatever its seed.
  ///
  /// The content alone decides: a hash of the prompt without its white space, modulo 20, is 0 for
  /// test, 1 for validation, anything else for train. So two splits can't share a problem, and a
  /// model trained on one suite can be tested on another that asks some of the same questions.
  package init(containing prompt: String) {
    self.init(containing: prompt.utf8)
  }

  init(containing prompt: some Sequence<UInt8>) {
    self.init(contentHash: Split.contentHash(of: prompt))
  }

  init(contentHash: UInt64) {
    switch contentHash % 20 {
    case 0: self = .test
    case 1: self = .validation
    default: self = .train
    }
  }

  /// A hash of a prompt without its white space (FNV-1a): what makes two prompts the same problem.
  static func contentHash(of prompt: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in prompt where !isWhiteSpace(byte) {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return mixed(hash)
  }

  /// A number for hashing that doesn't depend on the order of the cases.
  var key: UInt64 {
    switch self {
    case .train: 1
    case .validation: 2
    case .test: 3
    }
  }
}

private func isWhiteSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
}
