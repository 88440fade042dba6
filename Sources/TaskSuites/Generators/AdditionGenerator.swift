/// Sums such as `37+85=`, worked digit by digit from the right.
///
/// The demonstration is `7+5=12,3+8+1=12`: each step adds two digits and the carry that the step
/// before shows as its tens digit. Where one number has run out of digits, its digit is left out.
/// Setting: `digits: [least, most]` of each number.
struct AdditionGenerator: ProblemGenerator {
  static let verifierName = "numeric"

  let digits: ClosedRange<Int>

  init(settings: inout SettingsReader) throws(SuiteError) {
    digits = try settings.range("digits", default: 1...3, within: 1...17)
  }

  func draw(using random: inout SplitMix64) -> (Int, Int)? {
    (random.wholeNumber(digits: digits), random.wholeNumber(digits: digits))
  }

  func write(_ question: (Int, Int), to text: inout TextBuffer) {
    text.append(question.0)
    text.append("+" as Unicode.Scalar)
    text.append(question.1)
    text.append("=" as Unicode.Scalar)
  }

  func work(_ question: (Int, Int)) -> Work? {
    let (left, right) = (decimalDigits(of: question.0), decimalDigits(of: question.1))
    var steps: [String] = []
    var carry = 0
    for place in 0..<max(left.count, right.count) {
      var terms: [Int] = []
      if place < left.count { terms.append(left[place]) }
      if place < right.count { terms.append(right[place]) }
      if carry > 0 { terms.append(carry) }
      let sum = terms.reduce(0, +)
      steps.append(terms.map(String.init).joined(separator: "+") + "=\(sum)")
      carry = sum / 10
    }
    return Work(
      reasoning: steps.joined(separator: ","), answer: "\(question.0 + question.1)")
  }
}
