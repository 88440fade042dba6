import Statistics
import Testing

@Suite struct QuantityTests {
  @Test("numbers as people read them")
  func quantities() {
    #expect(Quantity.grouped(0) == "0" && Quantity.grouped(-1_234_567) == "-1,234,567")
    #expect(Quantity.grouped(999) == "999" && Quantity.grouped(1000) == "1,000")
    #expect(Quantity.counted(1, "pass", plural: "passes") == "1 pass")
    #expect(Quantity.counted(2048, "token") == "2,048 tokens")
    #expect(Quantity.fixed(0.995, digits: 1) == "1.0" && Quantity.fixed(-0.01, digits: 1) == "0.0")
    #expect(
      Quantity.fixed(3.14159, digits: 3) == "3.142" && Quantity.fixed(-2.5, digits: 0) == "-3")
    #expect(Quantity.fixed(.nan, digits: 1) == "nan" && Quantity.fixed(1.25, digits: 2) == "1.25")
    #expect(Quantity.bytes(12) == "12 bytes" && Quantity.bytes(3 << 30) == "3.0 GiB")
    #expect(Quantity.bytes(500 << 20) == "500 MiB" && Quantity.bytes(2048) == "2 KiB")
  }
}
