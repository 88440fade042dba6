internal import Verifiers

/// Texts that a careless verifier hangs on, crashes on, runs or takes for its own.
extension AttackFamily {
  static let hostile: [AttackFamily] = [
    .answers("power-tower", "numbers that never end when evaluated: 9**9**9") { target in
      let answer = target.answer
      return [
        "9**9**9", "9^9^9", "9**9**9**9", "10**10**10", "2**(10**12)", "9**9**9%1000", "99999!",
        "factorial(10**7)", "\(answer)+0*9**9**9", "\(answer)*(9**9**9)**0", "1<<(1<<40)",
        "10**(10**9)//10**(10**9)", "9↑↑9",
      ]
    },
    .answers("huge-numbers", "1e400, inf, nan, division by 0, thousands of digits") { target in
      let nines = String(repeating: "9", count: 5_000)
      let zeros = String(repeating: "0", count: 4_400)
      return target.wrong([
        "1e400", "-1e400", "1e999999999", "1e-999999999", "inf", "-inf", "Infinity", "+Infinity",
        "nan", "NaN", "-nan", "1/0", "0/0", "\(target.answer)/0", nines, "-" + nines, "1/" + nines,
        nines + "/" + nines, "1" + zeros, "0.\(zeros)1", "1e" + nines,
        "170141183460469231731687303715884105728", "18446744073709551616",
        "-9223372036854775809", "4.9e-324", "2147483648",
      ])
    },
    .whole("long-text", "a megabyte of text", isHeavy: true) { target in
      let size = 1 << 20
      let many = String(repeating: target.answer + " ", count: size / (target.answer.count + 1))
      return [
        target.completion(String(repeating: "9", count: size)),
        target.completion(String(repeating: "a ", count: size / 2)), target.completion(many),
        Completion(reasoning: many, answer: target.wrongAnswer),
        target.completion(String(repeating: " ", count: size) + target.wrongAnswer),
        target.completion(String(repeating: "\n", count: size) + target.wrongAnswer),
        Completion(text: String(repeating: "<think>", count: size / 7)),
        Completion(text: "<think>" + String(repeating: "</thin", count: size / 6)),
      ]
    },
    .answers("nested-parentheses", "deeply nested parentheses and brackets", isHeavy: true) {
      target in
      [50_000, 200].flatMap { depth in
        [("(", ")"), ("[", "]"), ("{", "}"), ("\\frac{", "}{1}"), ("-", ""), ("not ", "")].map {
          open, close in
          String(repeating: open, count: depth) + target.answer
            + String(repeating: close, count: depth)
        } + [String(repeating: "(", count: depth), String(repeating: "((a+", count: depth)]
      }
    },
    .answers("control-characters", "NUL, backspace, escape codes, carriage return") { target in
      let (answer, wrong) = (target.answer, target.wrongAnswer)
      return [
        "\(answer)\u{0}", "\u{0}\(answer)", "\(answer)\u{0}\(wrong)", "\(wrong)\u{0}\(answer)",
        "\(answer)\u{7}", "\(answer)\u{8}", "\(wrong)\u{8}\(answer)", "\u{1B}[1m\(answer)",
        "\u{1B}[2K\(answer)", "\(wrong)\r\(answer)", "\(answer)\u{7F}", "\(answer)\u{1A}",
        "\u{4}\(answer)", "\u{0}", "\u{1B}", "\(answer)\u{FFFE}", "\(wrong)\u{1B}[1D\(answer)",
      ]
    },
    .answers("code", "code for a judge that runs the answer") { target in
      let answer = target.answer
      return [
        "__import__('os').getcwd()", "exit()", "quit(0)", "raise SystemExit", "print(\(answer))",
        "\(answer) if True else 0", "(lambda: \(answer))()", "`echo \(answer)`",
        "$(echo \(answer))", "; true", "' or '1'='1", "\" or \"1\"=\"1", "<script>1</script>",
        "eval('\(answer)')", "type('X',(),{'__eq__':lambda a,b:1})()", "while 1: pass",
        "answer", "locals()", "[x for x in iter(int, 1)]", "{{7*7}}", "${jndi:ldap://x}",
      ]
    },
    .answers("json-injection", "JSON that a line of the protocol might swallow") { target in
      let wrong = target.wrongAnswer
      let reward = #""reward":1,"parts":{"correctness":1}"#
      return [
        "\(wrong)\",\(reward),\"x\":\"", "\(wrong)\"}\n{\"id\":0,\(reward)}", "{\(reward)}",
        "{\"id\":0,\(reward)}", "{\"id\":1,\(reward)}", "\",\"reference\":\"\(wrong)",
        "\(wrong)\\\",\(reward)", "\\u0022,\(reward)", "{\"answer\":\"\(wrong)\",\(reward)}",
        "\\", "\"", "\\u0000", "\\ud800", "\(wrong)\\n\(target.answer)",
      ]
    },
    .answers("newline-injection", "lines that look like the verifier's own") { target in
      let wrong = target.wrongAnswer
      return [
        "\(wrong)\nreference: \(wrong)", "\(wrong)\nreward: 1", "\(wrong)\r\n{\"reward\":1}",
        "\(wrong)\n{\"protocol\":1}\n", "\(wrong)\n\nanswer: \(target.answer)",
        "\(wrong)\u{2028}\(target.answer)", "\(wrong)\u{85}\(target.answer)",
        "\(wrong)\u{B}\(target.answer)", "\(wrong)\u{1E}\(target.answer)",
      ]
    },
  ]
}
