import JSON
import Testing

@Suite struct JSON5Tests {
  private struct Settings: Decodable, Equatable {
    struct Inner: Decodable, Equatable { var list: [Int] }
    var name: String
    var rate: Double?
    var inner: Inner?
  }

  private func locateError(in text: String) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONNode(parsing: text, as: .json5, file: "x.json5")
      return nil
    } catch {
      return error
    }
  }

  @Test func readsWhatTheStandardAllows() throws {
    let text = """
      // a comment
      {
        name: 'it''s'.length, /* not code */
      }
      """
    #expect(locateError(in: text) != nil)
    let good = """
      \u{FEFF}// comment
      {
        "quoted": "a\\u0041\\x42\\n\\\\\\'\\"\\uD83D\\uDE00", /* comment
        over lines */ unquoted: 'single "double"', $dollar_1: +.5, é: -5.,
        hex: 0xFf, exponent: 1.5E+2, flags: [true, false, null,], line: 'on\\
      e', '': {},
      }
      """
    let root = try JSONNode(parsing: good, as: .json5)
    #expect(
      root.plainJSON
        == #"{"quoted":"aAB\n\\'\"😀","unquoted":"single \"double\"","$dollar_1":0.5,"é":-5,"#
        + #""hex":255,"exponent":1.5E+2,"flags":[true,false,null],"line":"one","":{}}"#)
    #expect(root["hex"]?.position == TextPosition(line: 5, column: 8))
  }

  @Test(arguments: [
    ("", 1, 1, "empty"),
    ("  // nothing\n", 2, 1, "empty"),
    ("{a: 1,\n b 2}", 2, 4, "':' was expected after the key 'b', not '2'"),
    ("{a: 1,\n b: 'x", 2, 5, "not closed"),
    ("{a: 'x\n'}", 1, 5, "not closed"),
    ("{a: 1 b: 2}", 1, 7, "',' or '}' was expected, not 'b'"),
    ("[1, 2", 1, 1, "never closed with ']'"),
    ("{a: [1,,2]}", 1, 8, "a value was expected, not ','"),
    ("{a: 1}}", 1, 7, "after the end"),
    ("{a: 0xZ}", 1, 7, "hexadecimal digits"),
    ("{a: 012}", 1, 5, "can't begin with 0"),
    ("{a: 12px}", 1, 7, "after a number"),
    ("{a: 1.2.3}", 1, 8, "after a number"),
    ("{a: .}", 1, 5, "not a number"),
    ("{a: 1e}", 1, 5, "no digits"),
    ("{a: 1e999}", 1, 5, "too large"),
    ("{a: NaN}", 1, 5, "finite"),
    ("{a: -Infinity}", 1, 5, "finite"),
    ("{a: hello}", 1, 5, "'hello' needs quotes"),
    ("{a: 1, a: 2}", 1, 8, "occurs twice"),
    ("{\n\r\n  a: 1,\r\n  'b': }", 4, 8, "a value was expected"),
    ("{a: 1 /* open", 1, 7, "comment"),
    ("{a: '\\u12'}", 1, 10, "4 hexadecimal digits"),
    ("{a: '\\uD800'}", 1, 6, "surrogate"),
    ("{a: '\\1'}", 1, 6, "octal"),
    ("{a-b: 1}", 1, 3, "':' was expected"),
    ("{1a: 1}", 1, 2, "a key was expected"),
    ("{a: \u{1}}", 1, 5, "'\\u{1}'"),
    ("{é: 'ü', b: \u{0}}", 1, 13, "'\\u{0}'"),
    ("\u{FEFF}{a: 'x\u{0}'}", 1, 7, "control character"),
    ("{a: 0x10000000000000000}", 1, 5, "too large"),
    ("{a: 0." + String(repeating: "1", count: 400) + "}", 1, 5, "longer than 400"),
    ("{0: 1}", 1, 2, "need quotes"),
  ])
  func locatesTheFirstError(_ text: String, _ line: Int, _ column: Int, _ message: String) throws {
    let error = try #require(locateError(in: text))
    #expect(error.position == TextPosition(line: line, column: column), "\(error)")
    #expect(error.message.contains(message), "\(error)")
    #expect(error.description.hasPrefix("x.json5:\(line):\(column): "))
  }

  @Test func refusesDeepNestingWithoutCrashing() throws {
    for bracket in ["[", "{a:"] {
      let error = try #require(
        locateError(in: String(repeating: bracket, count: 100_000)))
      #expect(error.message.contains("nested deeper"))
    }
  }

  @Test func decodes() throws {
    let value = try JSONNode(
      parsing: "{name: 'a', rate: .5, inner: {list: [1, 0x10, +3]}}", as: .json5
    ).decode(as: Settings.self)
    #expect(value == Settings(name: "a", rate: 0.5, inner: .init(list: [1, 16, 3])))
  }

  @Test(arguments: [
    ("{name: 'a',\n rate: 'fast'}", "c.json5:2:8: 'rate' must be a number, not a string"),
    (
      "{name: 'a', inner: {\nlist: [1, 'two']}}",
      "c.json5:2:11: 'element 2' must be a whole number, not a string"
    ),
    ("\n{rate: 1}", "c.json5:2:1: the key 'name' is missing"),
    ("{name: 'a', inner: {}}", "c.json5:1:20: the key 'list' is missing"),
    ("{name: 'a', inner: {list: [1.5]}}", "c.json5:1:28: 'element 1' must be a whole number from"),
  ])
  func locatesWhatDoesNotFitTheType(_ text: String, _ message: String) {
    let error = #expect(throws: JSONError.self) {
      try JSONNode(parsing: text, as: .json5).decode(as: Settings.self, file: "c.json5")
    }
    #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
  }

  @Test func locatesCharactersBehindEscapes() {
    let text = "\n{a: 'x\\ny\\u0041z'}"
    let places = JSONNode.characterPositions(
      ofStringAt: TextPosition(line: 2, column: 5), in: text)
    #expect(places.map(\.column) == [6, 7, 9, 10, 16])
  }

  @Test func randomDamageNeverCrashesTheParser() {
    let text = Array("{a: [1, .5e3, 'x\\u0041'], /* c */ \"b\": {c: null, d: true}}".unicodeScalars)
    let junk = Array("{}[]:,'\"\\/*ux01.eE+-\n\u{0}é😀 ".unicodeScalars)
    var state: UInt64 = 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var errors = 0
    for _ in 0..<20_000 {
      var scalars = text
      for _ in 0...next(3) {
        let place = next(scalars.count)
        if next(2) == 0 {
          scalars[place] = junk[next(junk.count)]
        } else {
          scalars.remove(at: place)
        }
      }
      var damaged = String.UnicodeScalarView()
      damaged.append(contentsOf: scalars)
      if locateError(in: String(damaged)) != nil { errors += 1 }
    }
    #expect(errors > 5_000 && errors < 20_000)
  }
}
