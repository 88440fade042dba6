import Foundation
import Training
let name = CommandLine.arguments.dropFirst().first ?? "w1"
let threads = Int(CommandLine.arguments.dropFirst(2).first ?? "2") ?? 2
let r = Benchmark.run(Benchmark.presets.first { $0.name == name }!, threads: threads, repeats: 3) { 0 }
print(r)
