import Foundation
import JSON
import Settings
import Testing

@Suite("Settings: values")
struct ValueKindTests {
  @Test(
    "numbers are written as people write them and read back the same",
    arguments: [
      (1e-4, "1e-4"), (2e-3, "0.002"), (1e-8, "1e-8"), (1.0, "1"), (0.0, "0"),
      (-0.00012, "-1.2e-4"),
      (123456.75, "123456.75"), (1e300, "1e300"), (2.5e-7, "2.5e-7"), (0.1, "0.1"),
      (Double.leastNonzeroMagnitude, "5e-324"),
    ])
  func shortNumbers(number: Double, text: String) {
    #expect(shortestText(of: number) == text)
    #expect(Double(shortestText(of: number)) == number)
  }

  @Test("JSON strings read back the same")
  func jsonStrings() throws {
    let text = "a\"b\\c\n\r\t\u{1}\u{7F}\u{2028}\u{E9}\u{1F600}/"
    let decoded = try JSONDecoder().decode(String.self, from: Data(jsonString(text).utf8))
    #expect(decoded == text)
  }

  @Test("what a kind takes")
  func kinds() throws {
    let steps = ValueKind.integer(1...100)
    #expect(try steps.value(ofText: "100") == .integer(100))
    #expect(try steps.value(ofText: "1e2") == .integer(100))
    #expect(try steps.checked(.number(7)) == .integer(7))
    for text in ["0", "101", "1.5", "", " 1", "ten", "0x", "1e300", "nan"] {
      #expect(throws: ValueError.self) { try steps.value(ofText: text) }
    }
    let rate = ValueKind.number(.above(0, to: 1))
    #expect(try rate.value(ofText: "1") == .number(1))
    #expect(try rate.checked(.integer(1)) == .number(1))
    for text in ["0", "1.0001", "nan", "inf", "-inf", "1e-400", "x"] {
      #expect(throws: ValueError.self) { try rate.value(ofText: text) }
    }
    let share = ValueKind.number(.from(0, below: 1))
    #expect(try share.value(ofText: "0") == .number(0))
    #expect(throws: ValueError.self) { try share.value(ofText: "1") }
    #expect(throws: ValueError.self) { try ValueKind.boolean.value(ofText: "yes") }
    #expect(throws: ValueError.self) { try ValueKind.text(placeholder: "X").checked(.integer(1)) }
  }

  @Test("a refusal says what is taken and the nearest name")
  func refusals() {
    func refusal(_ kind: ValueKind, _ text: String) -> String {
      do throws(ValueError) {
        _ = try kind.value(ofText: text)
        return "taken"
      } catch {
        return error.description
      }
    }
    #expect(refusal(.integer(1...9), "0") == #"takes a whole number from 1 to 9, not "0""#)
    #expect(refusal(.integer(2...), "x") == #"takes a whole number of 2 or more, not "x""#)
    #expect(
      refusal(.number(.above(0, to: 1)), "2") == #"takes a number above 0 and at most 1, not "2""#)
    #expect(
      refusal(.number(.from(0, below: 1)), "1")
        == #"takes a number of at least 0 and below 1, not "1""#)
    #expect(
      refusal(.choice(["linear", "cosine"]), "cosin")
        == #"takes one of linear, cosine, not "cosin"; did you mean cosine?"#)
  }
}
