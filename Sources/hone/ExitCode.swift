import Checkpointing
internal import Experience
import LanguageModel
internal import Settings
import TaskSuites
import Verifiers

/// How the tool ends, as in sysexits.h.
package enum ExitCode: Int32, Sendable {
  /// All went well.
  case success = 0
  /// The answer is no: two runs aren't the same (`diff`), or a verifier isn't sound (`verifiers
  /// check`).
  case negative = 1
  /// The command line or the configuration can't be used (EX_USAGE).
  case usage = 64
  /// A file's contents are wrong (EX_DATAERR).
  case badData = 65
  /// A file that was named isn't there, or can't be read (EX_NOINPUT).
  case missingInput = 66
  /// A plugin or a service failed (EX_UNAVAILABLE).
  case unavailable = 69
  /// A mistake in the tool itself (EX_SOFTWARE).
  case bug = 70
  /// A file or folder can't be made (EX_CANTCREAT).
  case cannotCreate = 73
  /// Reading or writing failed midway (EX_IOERR).
  case inputOutput = 74
  /// Stopped by the user: 128 and the number of SIGINT.
  case interrupted = 130
}

/// The exit code of an error: the one place that knows what each kind of error means to a script.
package func exitCode(for error: any Error) -> ExitCode {
  switch error {
  case is UsageError: return .usage
  case is OutputError: return .inputOutput
  case let error as SettingsError:
    switch error.kind {
    case .setting: return .usage
    case .syntax: return .badData
    case .missingFile, .unreadableFile: return .missingInput
    }
  case let error as VerifierError:
    switch error {
    case .unknownName, .unknownPart, .partDefinedTwice, .weightNotFinite: return .usage
    case .missing: return .missingInput
    case .invalid: return .badData
    case .failed: return .unavailable
    }
  case is ModelFileError: return .badData
  case let error as SuiteError:
    switch error.kind {
    case .missing, .unreadable: return .missingInput
    case .badData: return .badData
    case .verifierFailed: return .unavailable
    }
  case let error as CheckpointError:
    switch error.kind {
    case .badData, .otherVersion: return .badData
    case .missing: return .missingInput
    case .cannotCreate: return .cannotCreate
    case .inputOutput: return .inputOutput
    }
  case let error as FileError:
    switch error.kind {
    case .missing: return .missingInput
    case .cannotCreate: return .cannotCreate
    case .inputOutput: return .inputOutput
    }
  case let error as TrainingError:
    switch error {
    case .notFinite, .unfitProblem, .unusable: return .badData
    case .verifierFailures: return .unavailable
    case .missing: return .missingInput
    case .occupied, .unwritable: return .cannotCreate
    }
  default: return .bug
  }
}
