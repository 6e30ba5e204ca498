internal import Files
internal import JSON

/// How far a phase of a fine-tuning is, as a file keeps it.
struct PhaseState: Equatable {
  /// An epoch that is done.
  struct Epoch: Equatable {
    var loss: Double
    var learningRate: Double
    var scores: ClassScores
  }

  var identity: PhaseIdentity
  /// The key frames that all of its numbers stand for.
  var judged: JudgedKeyFrames
  /// Before the first epoch.
  var before: ClassScores
  var epochs: [Epoch] = []

  // MARK: - The file

  /// - Throws: `FileError`.
  func write(to path: String) throws {
    let members: [(String, JSONValue)] = [
      ("identity", .object(identity.entries.map { ($0.name, JSONValue($0.value)) })),
      (
        "judged",
        .object([
          ("key_frames", JSONValue(judged.count)), ("of", JSONValue(judged.total)), ("sha256", JSONValue(judged.sum)),
        ])
      ), ("before", Self.json(before)),
      (
        "epochs",
        .array(
          epochs.map { epoch in
            .object([
              ("loss", JSONValue(epoch.loss)), ("learning_rate", JSONValue(epoch.learningRate)),
              ("scores", Self.json(epoch.scores)),
            ])
          })
      ),
    ]
    try writeFile(path, JSONValue.object(members).text + "\n")
  }

  private static func json(_ scores: ClassScores) -> JSONValue {
    .array(
      scores.classes.map {
        .object([
          ("id", JSONValue($0.id)), ("name", JSONValue($0.name)), ("ap", JSONValue($0.ap)),
          ("ground_truth", JSONValue($0.count)),
        ])
      })
  }

  /// - Throws: `FineTuningError.damagedState`, `FileError`.
  init(path: String) throws {
    let bytes = try readFile(path, doing: "reading how far a fine-tuning is")
    func damaged(_ reason: String) -> FineTuningError { .damagedState(path: path, reason: reason) }
    let root: JSONValue
    do { root = try JSONReader.read(bytes) } catch { throw damaged("\(error)") }
    guard case .object(let members)? = root["identity"], let before = root["before"], let epochs = root["epochs"],
      case .number(let count)? = root["judged"]?["key_frames"], case .number(let total)? = root["judged"]?["of"],
      case .string(let sum)? = root["judged"]?["sha256"]
    else { throw damaged("it lacks 'identity', 'judged', 'before' or 'epochs'") }
    judged = JudgedKeyFrames(count: count.int ?? 0, total: total.int ?? 0, sum: sum)
    identity = PhaseIdentity(
      members.map { member in
        if case .string(let value) = member.value { return PhaseIdentity.Entry(name: member.name, value: value) }
        return PhaseIdentity.Entry(name: member.name, value: "")
      })
    func scores(_ value: JSONValue) throws -> ClassScores {
      ClassScores(
        try value.values.map { row in
          guard case .number(let id)? = row["id"], case .string(let name)? = row["name"], let ap = row["ap"],
            case .number(let count)? = row["ground_truth"]
          else { throw damaged("a class lacks its number, name or average precision") }
          var own: Double?
          if case .number(let number) = ap { own = number.double }
          return ClassScores.Class(id: id.int ?? 0, name: name, ap: own, count: count.int ?? 0)
        })
    }
    self.before = try scores(before)
    self.epochs = try epochs.values.map { epoch in
      guard case .number(let loss)? = epoch["loss"], case .number(let rate)? = epoch["learning_rate"],
        let own = epoch["scores"]
      else { throw damaged("an epoch lacks its loss, learning rate or scores") }
      return Epoch(loss: loss.double, learningRate: rate.double, scores: try scores(own))
    }
  }

  init(identity: PhaseIdentity, _ before: Judgement) {
    (self.identity, self.before, judged) = (identity, before.scores, before.keyFrames)
  }
}
