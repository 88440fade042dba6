/// The decimal digits of a whole number, units first.
func decimalDigits(of number: Int) -> [Int] {
  precondition(number >= 0, "digits of a negative number")
  var digits: [Int] = []
  var rest = number
  repeat {
    digits.append(rest % 10)
    rest /= 10
  } while rest > 0
  return digits
}

extension SplitMix64 {
  /// A whole number with a random number of digits in the range; each number of digits is as likely.
  mutating func wholeNumber(digits: ClosedRange<Int>) -> Int {
    let count = next(in: digits)
    var least = 1
    for _ in 1..<count { least *= 10 }
    return next(in: (count == 1 ? 0 : least)...(least * 10 - 1))
  }
}
