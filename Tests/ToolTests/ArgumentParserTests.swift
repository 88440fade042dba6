import Algorithms
import Experience
import Settings
import Testing
import hone

@Suite("Command line: parsing")
struct ArgumentParserTests {
  private static let specification = CommandSpecification(
    "paint", "Paint a thing.", operands: [.init("THING", "what to paint")],
    options: [
      OptionSpecification("coats", .integer(1...9), "how often"),
      OptionSpecification("thin", .number(.from(0)), "how thin"),
      OptionSpecification("color", .choice(["red", "blue"]), "which", aliases: ["colour-name"]),
      OptionSpecification("note", .text(placeholder: "TEXT"), "remarks"),
      OptionSpecification("dry", "do nothing"),
      OptionSpecification("gloss", .boolean, "shine", canBeNegated: true),
    ])

  private func parse(_ words: String...) throws -> ParsedArguments {
    try ArgumentParser(Self.specification).parse(words)
  }

  private func refusal(_ words: String...) -> String {
    do throws(UsageError) {
      _ = try ArgumentParser(Self.specification).parse(words)
      return "taken"
    } catch {
      #expect(error.usage == "usage: hone paint THING [FLAG]…")
      #expect(error.description == error.message + "\n" + error.usage)
      return error.message
    }
  }

  @Test("values after a space or an equals sign")
  func values() throws {
    let parsed = try parse(
      "--coats", "3", "door", "--thin=1e-4", "--color=blue", "--note", "-a b=c")
    #expect(parsed.operands == ["door"])
    #expect(parsed.integer("coats") == 3 && parsed.number("thin") == 1e-4)
    #expect(parsed.text("color") == "blue" && parsed.text("note") == "-a b=c")
    #expect(!parsed.isOn("dry") && !parsed.wantsHelp)
    #expect(try parse("x", "--note=a=b", "--note=").texts("note") == ["a=b", ""])
    #expect(try parse("x", "--coats", "2", "--coats", "4").integer("coats") == 4)
  }

  @Test("switches")
  func switches() throws {
    #expect(try parse("--dry", "x").isOn("dry"))
    #expect(try !parse("--dry", "--dry=false", "x").isOn("dry"))
    #expect(try !parse("--gloss", "--no-gloss", "x").isOn("gloss"))
    #expect(refusal("--no-dry", "x").hasPrefix("unknown flag --no-dry"))
    #expect(refusal("--dry=maybe", "x") == #"--dry takes true or false, not "maybe""#)
  }

  @Test("operands that look like flags")
  func operands() throws {
    #expect(try parse("-3+5=").operands == ["-3+5="])
    #expect(try parse("-").operands == ["-"])
    #expect(try parse("--", "--coats").operands == ["--coats"])
    #expect(try parse("-(1)").operands == ["-(1)"])
  }

  @Test("help wins over everything but --")
  func help() throws {
    #expect(try parse("--nonsense", "--help").wantsHelp)
    #expect(try parse("-h").wantsHelp)
    #expect(try !parse("--", "--help").wantsHelp)
  }

  @Test("errors say what is wrong and what to do")
  func errors() {
    #expect(refusal("x", "--coat", "3") == "unknown flag --coat; did you mean --coats?")
    #expect(
      refusal("x", "--colour-name=red") == "unknown flag --colour-name; here it is called --color")
    #expect(
      refusal("x", "--xyzzy") == "unknown flag --xyzzy; `hone paint --help` lists them all")
    #expect(refusal("x", "-c", "3") == "unknown flag -c; every flag has two hyphens")
    #expect(
      refusal("x", "--coats")
        == "--coats takes a whole number from 1 to 9, and nothing follows it")
    #expect(
      refusal("x", "--coats", "--dry")
        == "--coats takes a whole number from 1 to 9, and nothing follows it")
    #expect(refusal("x", "--coats=0") == #"--coats takes a whole number from 1 to 9, not "0""#)
    #expect(
      refusal("x", "--color=re") == #"--color takes one of red, blue, not "re"; did you mean red?"#)
    #expect(refusal() == "hone paint needs THING: what to paint")
    #expect(refusal("a", "b") == #"hone paint doesn't know what to do with "b""#)
  }

  @Test("every field of the configuration has its flag")
  func fields() {
    let catalog = AlgorithmRegistry.shared.catalog
    let options = OptionSection.sections(of: catalog).flatMap(\.options)
    let fields = catalog.fields.map(\.field)
    #expect(options.map(\.name) == fields.map { $0.key.replacing("_", with: "-") })
    #expect(options.map(\.kind) == fields.map(\.kind))
    func remarks(_ name: String) -> [String]? { options.first { $0.name == name }?.remarks }
    #expect(remarks("steps") == ["default 100", "for sft 1500"])
    // Who doesn't sample has no groups.
    #expect(remarks("group-size")?.dropFirst() == ["default 16", "arXiv 2402.03300"])
    #expect(remarks("group-size")?.first?.hasSuffix("sft") == true)
    #expect(remarks("weight-cap") == ["only grpo", "default 5", "arXiv 2510.13786"])
    #expect(remarks("model") == ["for sft nano"])
    #expect(remarks("algorithm") == ["default grpo"])
  }
}
