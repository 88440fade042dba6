/// Differences such as `52-37=`, worked digit by digit from the right, also with negative results.
///
/// The demonstration is `12-7=5,5-3-1=1` for `52-37=` (15) and `-:12-7=5,5-3-1=1` for `37-52=` (-15):
/// the smaller number is always taken from the larger, and a minus sign in front says that they
/// have changed places. A step that has to borrow writes its upper digit as 10 more; the next step
/// takes 1 off. (Writing both numbers out again first was tried: longer, and learned more slowly.)
/// Settings: `digits: [least, most]` of each number; `negative` (default true) allows results below 0.
struct SubtractionGenerator: ProblemGenerator {
  static let verifierName = "numeric"

  let digits: ClosedRange<Int>
  let negative: Bool

  init(settings: inout SettingsReader) throws(SuiteError) {
    digits = try settings.range("digits", default: 1...3, within: 1...17)
    negative = try settings.flag("negative", default: true)
  }

  func draw(using random: inout SplitMix64) -> (Int, Int)? {
    let left = random.wholeNumber(digits: digits)
    let right = random.wholeNumber(digits: digits)
    return negative || left >= right ? (left, right) : (right, left)
  }

  func write(_ question: (Int, Int), to text: inout TextBuffer) {
    text.append(question.0)
    text.append("-" as Unicode.Scalar)
    text.append(question.1)
    text.append("=" as Unicode.Scalar)
  }

  func work(_ question: (Int, Int)) -> Work? {
    let (large, small) = (max(question.0, question.1), min(question.0, question.1))
    let (upper, lower) = (decimalDigits(of: large), decimalDigits(of: small))
    var steps: [String] = []
    var borrow = 0
    for (place, digit) in upper.enumerated() {
      let taken = place < lower.count ? lower[place] : nil
      let owed = (taken ?? 0) + borrow
      let lent = digit < owed ? 10 : 0
      var step = "\(digit + lent)"
      if let taken { step += "-\(taken)" }
      if borrow > 0 { step += "-1" }
      steps.append(step + "=\(digit + lent - owed)")
      borrow = lent / 10
    }
    return Work(
      reasoning: (question.0 < question.1 ? "-:" : "") + steps.joined(separator: ","),
      answer: "\(question.0 - question.1)")
  }
}
