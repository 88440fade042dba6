import Foundation
import PluginHost
import Testing
import Verifiers

@Suite struct PluginManifestTests {
  private func error(_ manifest: String) throws -> VerifierError? {
    let lab = try PluginLab(manifest: manifest)
    do {
      _ = try lab.verifier()
      return nil
    } catch let error as VerifierError {
      return error
    }
  }

  @Test(arguments: [
    ("[1]", "1:1: a plugin's manifest must be an object, not an array"),
    (#"{command: ["x"]}"#, "1:1: the key 'protocol' is missing; this Hone speaks protocol: 1"),
    (#"{protocol: 2, command: ["x"]}"#, "1:12: the plugin speaks protocol 2, this Hone 1"),
    (#"{protocol: "1", command: ["x"]}"#, "1:12: protocol must be a whole number, not a string"),
    ("{protocol: 1}", "1:1: a plugin needs either \"command\""),
    (#"{protocol: 1, command: ["x"], library: "x.so"}"#, "needs either"),
    ("{protocol: 1, command: []}", "1:24: 'command' must be a program and its arguments"),
    (#"{protocol: 1, command: "x"}"#, "1:24: command must be an array of strings, not a string"),
    (#"{protocol: 1, command: ["x", 3]}"#, "1:30: command must be strings, not a number"),
    (#"{protocol: 1, command: ["x"], workrs: 3}"#, "no key 'workrs'; did you mean 'workers'?"),
    (#"{protocol: 1, command: ["x"], workers: 0}"#, "workers must be from 1 to 64, not 0"),
    (#"{protocol: 1, command: ["x"], workers: 1.5}"#, "workers must be a whole number"),
    (#"{protocol: 1, command: ["x"], timeout_seconds: 0}"#, "must be from 0.01 to 86400.0"),
    (#"{protocol: 1, command: ["x"], memory_mib: "1G"}"#, "memory_mib must be a whole number"),
    (#"{protocol: 1, command: ["x"], reward: [1, 0]}"#, "reward must be [least, most]"),
    (#"{protocol: 1, command: ["x"], reward: [0, 1, 2]}"#, "reward must be [least, most]"),
    (#"{protocol: 1, command: ["x"], parts: ["a", "a"]}"#, "parts must be different names"),
    (#"{protocol: 1, command: ["x"], parts: ["a b"]}"#, "parts must be different names"),
    (#"{protocol: 1, command: ["x"], fields: ["promt"]}"#, "did you mean 'prompt'?"),
    (#"{protocol: 1, command: ["x"], fields: ["task", "task"]}"#, "fields holds 'task' twice"),
    (#"{protocol: 1, command: ["x"], environment: { "A=B": "" }}"#, "can't be a variable"),
    (#"{protocol: 1, command: ["x"], environment: { A: 1 }}"#, "A must be a string"),
    (#"{protocol: 1, command: ["x"], name: "a/b"}"#, "1:37: the name 'a/b' must be made of"),
    (#"{protocol: 1, library: "x.so", workers: 2}"#, "no key 'workers'"),
    ("{protocol: 1, command: [\"x\"],\n timeout: 3}", "2:2: a plugin of this kind has no key"),
  ])
  func mistakesAreLocated(_ manifest: String, _ message: String) throws {
    let error = try #require(try error(manifest))
    guard case .invalid(let text) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(text.contains("/plugin.json5:") && text.contains(message), "\(text)")
  }

  @Test func missingThingsAreNamed() throws {
    let catalog = VerifierCatalog(pluginFolder: nil)
    let missing = #expect(throws: VerifierError.self) { try catalog.verifier("./no/such") }
    #expect(
      missing
        == .missing(
          "./no/such: no such folder; a plugin is a folder with a plugin.json5"))
    let empty = try PluginLab(manifest: "{}")
    try FileManager.default.removeItem(at: empty.folder.appending(path: "plugin.json5"))
    let bare = #expect(throws: VerifierError.self) { try empty.verifier() }
    #expect(bare?.description.contains("plugin.json5: no such file") == true)
    #expect(throws: VerifierError.self) { try catalog.verifier("nosuch") }

    let lab = try PluginLab(manifest: #"{protocol: 1, command: ["no-such-program-here"]}"#)
    let start = #expect(throws: VerifierError.self) { try lab.plugin().start() }
    #expect(
      start?.description.contains("needs the program 'no-such-program-here', which is not in PATH")
        == true)
    let own = try PluginLab(manifest: #"{protocol: 1, command: ["./judge"]}"#)
    let notBuilt = #expect(throws: VerifierError.self) { try own.plugin().start() }
    #expect(notBuilt?.description.contains("build it or fix 'command'") == true)
    try own.write("not a program", to: "judge")
    #expect(throws: VerifierError.self) { try own.plugin().start() }
    let library = try PluginLab(manifest: #"{protocol: 1, library: "no.so"}"#)
    let noLibrary = #expect(throws: VerifierError.self) { try library.verifier() }
    guard case .missing = noLibrary else {
      Issue.record("\(String(describing: noLibrary))")
      return
    }
  }

  @Test func namedPluginsAreFoundAndListed() throws {
    let lab = try PluginLab(manifest: "")
    for (name, manifest) in [
      ("good", #"{protocol: 1, command: ["true"], description: "all is well", parts: ["a"]}"#),
      ("renamed", #"{name: "other", protocol: 1, command: ["true"]}"#),
      ("broken", "{"),
      ("numeric", #"{protocol: 1, command: ["true"]}"#),
    ] {
      try FileManager.default.createDirectory(
        at: lab.folder.appending(path: "all/\(name)"), withIntermediateDirectories: true)
      try Data(manifest.utf8).write(
        to: lab.folder.appending(path: "all/\(name)/plugin.json5"))
    }
    let catalog = VerifierCatalog(pluginFolder: lab.folder.appending(path: "all").path)
    let entries = catalog.entries()
    #expect(
      entries.map(\.name) == BuiltInVerifiers.names + ["broken", "good", "renamed"])
    let good = try #require(entries.first { $0.name == "good" })
    #expect(good.summary == "all is well" && good.partNames == ["a"] && good.error == nil)
    #expect(good.manifest?.runner == .command(["true"]))
    #expect(entries.filter { $0.error != nil }.map(\.name) == ["broken", "renamed"])
    #expect(try catalog.verifier("good").name == "good")
    #expect(try catalog.verifier("numeric") is NumericVerifier)
    let unknown = #expect(throws: VerifierError.self) { try catalog.verifier("goood") }
    #expect(
      unknown?.description == "no verifier is called 'goood'; did you mean 'good'?")
    #expect(throws: VerifierError.self) { try catalog.verifier("renamed") }
  }

  @Test func rewardsAreThePluginsOwnUnlessPartsAreWeighed() throws {
    let lab = try PluginLab(
      manifest: #"{name: "mine", protocol: 1, command: ["true"], parts: ["a", "b"]}"#)
    let catalog = VerifierCatalog(pluginFolder: nil)
    let plain = try catalog.verifier(lab.folder.path + "/", weights: nil)
    #expect(plain.partNames == ["a", "b", "format"] && plain.programs.count == 1)
    let weighed = try catalog.verifier(lab.folder.path + "/", weights: ["a": 2, "format": 1])
    #expect((weighed as? WeightedVerifier)?.weights == ["a": 2, "format": 1])
    #expect(plain.programs[0] === weighed.programs[0])
    #expect(throws: VerifierError.self) {
      try catalog.verifier(lab.folder.path + "/", weights: ["c": 1])
    }
  }
}
