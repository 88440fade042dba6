/// Products of a whole number and a digit such as `47*6=`, worked digit by digit from the right.
///
/// The demonstration is `7*6=42,4*6+4=24+4=28`: each step takes one digit and the carry, which the
/// step before shows as its tens digit; it multiplies first and then adds. The single digit may stand on either side.
/// Setting: `digits: [least, most]` of the number.
struct MultiplicationGenerator: ProblemGenerator {
  static let verifierName = "numeric"

  let digits: ClosedRange<Int>

  init(settings: inout SettingsReader) throws(SuiteError) {
    digits = try settings.range("digits", default: 1...2, within: 1...16)
  }

  func draw(using random: inout SplitMix64) -> (Int, Int)? {
    let number = random.wholeNumber(digits: digits)
    let digit = random.next(below: 10)
    return random.chance(0.5) ? (number, digit) : (digit, number)
  }

  func write(_ question: (Int, Int), to text: inout TextBuffer) {
    text.append(question.0)
    text.append("*" as Unicode.Scalar)
    text.append(question.1)
    text.append("=" as Unicode.Scalar)
  }

  func work(_ question: (Int, Int)) -> Work? {
    let isDigitRight = question.1 < 10
    let digit = isDigitRight ? question.1 : question.0
    let number = isDigitRight ? question.0 : question.1
    var steps: [String] = []
    var carry = 0
    for place in decimalDigits(of: number) {
      let product = place * digit
      let sum = product + carry
      steps.append(
        carry > 0
          ? "\(place)*\(digit)+\(carry)=\(product)+\(carry)=\(sum)" : "\(place)*\(digit)=\(product)"
      )
      carry = sum / 10
    }
    return Work(reasoning: steps.joined(separator: ","), answer: "\(question.0 * question.1)")
  }
}
