import Testing
import Verifiers

@Suite struct ExactNumberTests {
  @Test(arguments: [
    ("0", 0, 1), ("7", 7, 1), ("-12", -12, 1), ("3/4", 3, 4), ("-3/4", -3, 4), ("0.25", 1, 4),
    ("-0.5", -1, 2), ("12.75", 51, 4), ("0.1", 1, 10), ("100", 100, 1),
  ])
  func readsEachForm(_ text: String, _ numerator: Int, _ denominator: Int) throws {
    let number = try #require(ExactNumber(text))
    #expect(number.numerator == Int128(numerator))
    #expect(number.denominator == Int128(denominator))
  }

  @Test func holdsThirtyEightDigits() throws {
    let longest = String(repeating: "9", count: 38)
    #expect(try #require(ExactNumber(longest)).description == longest)
    #expect(try #require(ExactNumber("-" + longest)).description == "-" + longest)
    #expect(ExactNumber(longest + "9") == nil)
    #expect(ExactNumber("1/" + longest)?.description == "1/" + longest)
    #expect(ExactNumber("0." + String(repeating: "3", count: 37)) != nil)
    #expect(ExactNumber("0." + String(repeating: "3", count: 38)) == nil)
  }

  @Test func arithmeticIsExact() throws {
    let third = try #require(ExactNumber("1/3"))
    let half = try #require(ExactNumber("1/2"))
    #expect(third.plus(half)?.description == "5/6")
    #expect(third.minus(half)?.description == "-1/6")
    #expect(third.times(half)?.description == "1/6")
    #expect(third.divided(by: half)?.description == "2/3")
    #expect(third.divided(by: ExactNumber(0)) == nil)
    #expect(third.plus(third)?.plus(third)?.description == "1")
  }

  @Test func overflowIsNilNotATrap() throws {
    var number = ExactNumber(10)
    for _ in 0..<200 {
      guard let next = number.times(ExactNumber(10)) else { break }
      number = next
    }
    #expect(number.times(ExactNumber(10)) == nil)
    #expect(number.plus(try #require(ExactNumber("1/7"))) == nil || number.denominator == 1)
    #expect(ExactNumber(.min, over: 1) == nil)
    #expect(ExactNumber(1, over: .min) == nil)
    #expect(ExactNumber(.max, over: 1)?.plus(ExactNumber(1)) == nil)
  }
}
