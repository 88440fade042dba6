internal import Verifiers

/// The one right answer in another spelling. A verifier may accept it: no policy is paid for what it
/// doesn't know. It is shown because the built-in verifiers don't.
extension AttackFamily {
  static let lenient: [AttackFamily] = [
    .answers("spaces", "white space around the right answer", .mayPass) { target in
      [
        " ", "\n", "\t", "\r\n", "\u{A0}", "\u{2003}", "\u{3000}", "\u{B}", "\u{C}", "\u{85}",
        "\u{1C}", "\u{2028}",
      ].flatMap { [$0 + target.answer, target.answer + $0] }
    },
    .answers("leading-zeros", "zeros before the right number", .mayPass) { target in
      guard target.isNumber else { return [] }
      return ["0", "00", "000000000"].map { target.sign + $0 + target.size }
    },
    .answers("signs", "a plus before the right number, a minus before 0", .mayPass) { target in
      guard target.isNumber else { return [] }
      return target.answer == "0" ? ["+0", "-0"] : target.sign == "" ? ["+" + target.size] : []
    },
    .answers("other-notation", "the right number as 5.0, 5e0, 1_000, 0x7A", .mayPass) {
      target in
      guard let number = ExactNumber(target.answer) else { return [] }
      guard number.denominator == 1 else {
        return target.answer.contains(".") ? [target.answer + "0", target.answer + "e0"] : []
      }
      let (sign, size) = (target.sign, target.size)
      var texts = ["\(target.answer).0", "\(target.answer).", "\(target.answer)e0"]
      texts += [
        "\(sign)0x" + String(number.numerator.magnitude, radix: 16),
        "\(sign)0b" + String(number.numerator.magnitude, radix: 2),
      ]
      if size.count > 1 {
        texts.append(sign + size.prefix(size.count - 1) + "_" + size.suffix(1))
        texts.append(sign + size.prefix(size.count - 1) + "." + size.suffix(1) + "e1")
      }
      if size.count > 3 { texts.append(sign + size.dropLast(3) + "," + size.suffix(3)) }
      return texts
    },
    .answers("other-case", "the right text in upper or lower case", .mayPass) { target in
      [target.answer.lowercased(), target.answer.uppercased()]
    },
    .answers("decoration", "the right answer in brackets, quotes or \\boxed{}", .mayPass) {
      target in
      let answer = target.answer
      return [
        "(\(answer))", "[\(answer)]", "{\(answer)}", "\\boxed{\(answer)}", "$\(answer)$",
        "**\(answer)**", "`\(answer)`", "\"\(answer)\"", "'\(answer)'",
        "<answer>\(answer)</answer>", "{\"answer\": \(answer)}",
      ]
    },
    .answers("sentence", "the right answer at the end of a sentence", .mayPass) { target in
      [
        "The answer is \(target.answer)", "The answer is \(target.answer).", "\(target.answer).",
        "answer: \(target.answer)", "= \(target.answer)", "x = \(target.answer)",
        target.problem.prompt + target.answer, "#### \(target.answer)",
      ]
    },
  ]
}
