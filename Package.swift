// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A module of Hone, with the arrows to those it imports.
func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, of dependencies: Target.Dependency...) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let package = Package(
  name: "hone",
  products: [
    .executable(name: "hone", targets: ["hone"]),
    .library(name: "Verifiers", targets: ["Verifiers"]),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CAllocationCounter"),
    .target(name: "CPluginHost"),

    module("Messages"),
    module("JSON", "Messages"),
    module("Parallel"),
    module("Kernels", "COpenBLAS", "Parallel"),
    module("LanguageModel", "JSON", "Kernels", "Parallel"),
    module("Verifiers", "Messages"),
    module("PluginHost", "CPluginHost", "JSON", "Messages", "Verifiers"),
    module("TaskSuites", "JSON", "Messages", "PluginHost", "Verifiers"),
    module("Checkpointing", "CLibArchive", "CLibCrypto", "JSON"),
    module("Statistics", "Kernels"),
    module(
      "Workbench", "Kernels", "Messages", "Parallel", "PluginHost", "Statistics",
      "TaskSuites", "Verifiers"),
    module("Learning", "Kernels", "LanguageModel", "Parallel", "Statistics"),
    module("Settings", "JSON", "LanguageModel", "Learning", "Messages", "Statistics"),
    module(
      "Experience", "Kernels", "LanguageModel", "Learning", "Parallel", "Settings", "Statistics",
      "TaskSuites", "Verifiers"),
    module("Algorithms", "Experience", "Learning", "Settings", "Statistics"),
    module(
      "Runs", "Checkpointing", "Experience", "JSON", "Kernels", "LanguageModel", "Learning",
      "Messages", "Parallel", "PluginHost", "Settings", "Statistics", "TaskSuites", "Verifiers"),
    module(
      "Analysis", "Checkpointing", "Experience", "JSON", "LanguageModel", "Learning", "Messages",
      "Parallel", "Runs", "Settings", "Statistics", "TaskSuites", "Verifiers"),
    .executableTarget(
      name: "hone",
      dependencies: [
        "Algorithms", "Analysis", "CAllocationCounter", "Checkpointing", "Experience", "JSON",
        "LanguageModel", "Messages", "Parallel", "PluginHost", "Runs", "Settings",
        "Statistics", "TaskSuites", "Verifiers", "Workbench",
      ], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Kernels", "LanguageModel"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .target(
      name: "TestLab",
      dependencies: [
        "Experience", "Kernels", "LanguageModel", "Learning", "Parallel", "Settings", "TaskSuites",
        "TestSupport", "Verifiers",
      ], path: "Tests/TestLab", swiftSettings: settings),
    tests("ParallelTests", of: "Parallel"),
    tests("KernelsTests", of: "Kernels", "Parallel"),
    tests("LanguageModelTests", of: "Kernels", "LanguageModel", "Parallel"),
    tests("JSONTests", of: "JSON"),
    tests("VerifiersTests", of: "Messages", "Verifiers"),
    tests("PluginHostTests", of: "JSON", "PluginHost", "Verifiers"),
    tests("TaskSuitesTests", of: "JSON", "TaskSuites", "Verifiers"),
    tests("CheckpointingTests", of: "Checkpointing", "JSON"),
    tests("StatisticsTests", of: "Statistics"),
    tests(
      "LearningTests", of: "Kernels", "LanguageModel", "Learning", "Parallel", "TestLab"),
    tests(
      "AlgorithmsTests", of: "Algorithms", "Checkpointing", "Experience", "Kernels",
      "LanguageModel", "Learning", "Parallel", "Runs", "Settings", "TaskSuites", "TestLab",
      "Verifiers"),
    tests(
      "RunsTests", of: "Algorithms", "Checkpointing", "Experience", "LanguageModel", "Learning",
      "Runs", "Settings", "TestLab", "Verifiers"),
    tests("SettingsTests", of: "Algorithms", "Experience", "JSON", "Learning", "Settings"),
    tests("WorkbenchTests", of: "TaskSuites", "Verifiers", "Workbench"),
    tests(
      "AnalysisTests", of: "Algorithms", "Analysis", "Experience", "Runs", "Settings", "Statistics"),
    tests(
      "ToolTests", of: "Algorithms", "Analysis", "Experience", "Kernels", "LanguageModel", "Runs",
      "Settings", "TaskSuites", "hone"),
    .testTarget(name: "RecipeTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
