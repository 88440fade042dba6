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

    module("Parallel"),
    module("Kernels", "COpenBLAS", "Parallel"),
    module("LanguageModel", "Kernels", "Parallel"),
    module("Verifiers", "CPluginHost"),
    module("TaskSuites", "Verifiers"),
    module("Checkpointing", "CLibArchive", "CLibCrypto"),
    module("Statistics", "Kernels"),
    module("Workbench", "Kernels", "Parallel", "Statistics", "TaskSuites", "Verifiers"),
    module("Learning", "Kernels", "LanguageModel", "Parallel", "Statistics"),
    module("Settings", "LanguageModel", "Learning", "Statistics", "Verifiers"),
    module(
      "Experience", "Kernels", "LanguageModel", "Learning", "Parallel", "Settings", "Statistics",
      "TaskSuites", "Verifiers"),
    module("Algorithms", "Experience", "Learning", "Settings", "Statistics"),
    module(
      "Runs", "Checkpointing", "Experience", "Kernels", "LanguageModel", "Learning", "Parallel",
      "Settings", "Statistics", "TaskSuites", "Verifiers"),
    module(
      "Analysis", "Checkpointing", "Experience", "LanguageModel", "Learning", "Runs", "Settings",
      "Statistics", "Verifiers"),
    .executableTarget(
      name: "hone",
      dependencies: [
        "Algorithms", "Analysis", "CAllocationCounter", "Checkpointing", "Experience",
        "LanguageModel", "Learning", "Parallel", "Runs", "Settings", "Statistics", "TaskSuites",
        "Verifiers", "Workbench",
      ], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Kernels", "LanguageModel"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("KernelsTests", of: "Kernels", "Parallel"),
    tests("LanguageModelTests", of: "Checkpointing", "LanguageModel", "Parallel"),
    tests("VerifiersTests", of: "Verifiers"),
    tests("TaskSuitesTests", of: "TaskSuites"),
    tests("CheckpointingTests", of: "Checkpointing"),
    tests("StatisticsTests", of: "Statistics"),
    tests("WorkbenchTests", of: "Workbench"),
    tests("AnalysisTests", of: "Analysis"),
    tests("ToolTests", of: "hone"),
    .testTarget(name: "RecipeTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
