public import Imaging
internal import CLibAV
public import Geometry
internal import Wording

/// A stream that is read from here on: frames come one after the other, with their times, and never again.
///
/// A ``VideoReader`` surveys its file first and gives any frame; this reads what has no end, and cannot go back. Calls may
/// come from any one thread at a time; a ``StreamWatch`` ends those that wait.
public final class LiveStream {
  public let input: StreamInput
  /// The format and codec: "rtsp, h264".
  private let format: String
  /// Frames a second as the stream states them; 30 where it does not.
  public let framesPerSecond: Double
  /// Whether the stream states its rate.
  public let statesRate: Bool
  /// Whether the stream says how long it is: then its end is an end, and no interruption.
  public let statesLength: Bool
  /// Frames that were damaged, and left out.
  public private(set) var damaged = 0
  /// The size of the frame that was decoded last, upright; nil before the first.
  public private(set) var size: ImageSize?

  private let watch: StreamWatch
  private let stall: Double
  private let pipe: PipeInput?
  private let context: UnsafeMutablePointer<AVFormatContext>
  private let stream: UnsafeMutablePointer<AVStream>
  private let decoder: UnsafeMutablePointer<AVCodecContext>
  private let packet: UnsafeMutablePointer<AVPacket>
  /// The frame decoded last, and the one being decoded.
  private var frame: UnsafeMutablePointer<AVFrame>
  private var incoming: UnsafeMutablePointer<AVFrame>
  private let converter = FrameConverter()
  private let orientation: Orientation
  private var isDraining = false
  private var lastTime: Double?
  private var failures = 0

  /// Connects, and reads until the stream's format is known.
  ///
  /// - Parameters:
  ///   - stall: How many seconds without data are an error, here and while reading.
  ///   - watch: What ends waiting early; also for readers before and after this one.
  /// - Throws: ``VideoError``; of a stream that is not wanted any more, too.
  public init(_ input: StreamInput, stall: Double, watch: StreamWatch) throws(VideoError) {
    try loadLibAV(doing: openingStream, path: input.description)
    _ = LibAVLog.capture
    self.input = input
    self.stall = stall
    self.watch = watch
    watch.begin(stall)
    pipe =
      switch input {
      case .standardInput: PipeInput(watch)
      case .file(let path): PipeInput(namedPipe: path, watch)
      case .url, .device: nil
      }
    context = try Self.connect(input, pipe, watch, stall)
    do throws(VideoError) {
      let found = avformat_find_stream_info(context, nil)
      if found < 0 { throw Self.fault(openingStream, input, found, watch, stall) }
      let chosen = try Demuxer.chooseStream(context, input.description)
      stream = chosen.stream
      decoder = try Self.open(chosen.stream, chosen.codec, input)
    } catch {
      var open: UnsafeMutablePointer<AVFormatContext>? = context
      avformat_close_input(&open)
      throw error
    }
    guard let packet = av_packet_alloc(), let frame = av_frame_alloc(), let incoming = av_frame_alloc() else {
      fatalError("out of memory")
    }
    (self.packet, self.frame, self.incoming) = (packet, frame, incoming)
    orientation = VideoInfo.orientation(of: stream) ?? .upright
    let rates = [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].map { Ratio($0).value }
    let stated = rates.first { $0 > 0 && $0 <= 1000 }
    (framesPerSecond, statesRate) = (stated ?? 30, stated != nil)
    statesLength = timestamp(context.pointee.duration) != nil
    let parameters = stream.pointee.codecpar.pointee
    format =
      "\(String(cString: context.pointee.iformat.pointee.name)), \(String(cString: avcodec_get_name(parameters.codec_id)))"
  }

  /// The format, the codec, a size and the rate, for people: "rtsp, h264, 1920 x 1080, 25.00 frames a second".
  ///
  /// - Parameter size: Of its frames, upright; a stream may change it.
  public func summary(_ size: ImageSize) -> String {
    "\(format), \(size.width) x \(size.height), \(fixed(framesPerSecond, 2)) frames a second"
  }

  deinit {
    var packet: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&packet)
    for frame in [frame, incoming] {
      var frame: UnsafeMutablePointer<AVFrame>? = frame
      av_frame_free(&frame)
    }
    var open: UnsafeMutablePointer<AVCodecContext>? = decoder
    avcodec_free_context(&open)
    // Saying good-bye to a server may take time, too.
    watch.begin(1)
    var file: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&file)
  }

  private static func connect(
    _ input: StreamInput, _ pipe: PipeInput?, _ watch: StreamWatch, _ stall: Double
  ) throws(VideoError) -> UnsafeMutablePointer<AVFormatContext> {
    LibAVLog.clear()
    var format: UnsafePointer<AVInputFormat>?
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    var url: String
    switch input {
    case .file(let path):
      url = "file:" + path
      // Playlists may name other files; they may not name the network.
      av_dict_set(&options, "protocol_whitelist", "file", 0)
    case .standardInput: url = ""
    case .url(let text):
      url = text
      // Over TCP no packet is lost on its way, of which the picture would be grey until the next key frame.
      if text.lowercased().hasPrefix("rtsp") { av_dict_set(&options, "rtsp_transport", "tcp", 0) }
    case .device(let name, let device):
      if let fault = slowfast_libavdevice_fault() {
        throw VideoError(
          doing: openingStream, path: input.description,
          reason:
            "libavdevice, which reads devices, cannot be loaded: \(String(cString: fault)) -> install Debian's ffmpeg, "
            + "which brings it")
      }
      format = av_find_input_format(name)
      if format == nil {
        throw VideoError(
          doing: openingStream, path: input.description,
          reason: "there is no such file, and this libav knows no device '\(name)' -> give a file, a URL (rtsp://...), "
            + "/dev/video0, lavfi:GRAPH, or - for standard input")
      }
      url = device
    }
    guard let allocated = avformat_alloc_context() else { fatalError("out of memory") }
    allocated.pointee.interrupt_callback = AVIOInterruptCB(
      callback: { watch in
        guard let watch else { return 0 }
        return Unmanaged<StreamWatch>.fromOpaque(watch).takeUnretainedValue().endsWait ? 1 : 0
      }, opaque: Unmanaged.passUnretained(watch).toOpaque())
    if let pipe {
      allocated.pointee.pb = pipe.context
      url = ""
    }
    var context: UnsafeMutablePointer<AVFormatContext>? = allocated
    let opened = avformat_open_input(&context, url, format, &options)
    guard opened >= 0, let context else { throw fault(openingStream, input, opened, watch, stall) }
    return context
  }

  private static func open(
    _ stream: UnsafeMutablePointer<AVStream>, _ codec: UnsafePointer<AVCodec>, _ input: StreamInput
  ) throws(VideoError) -> UnsafeMutablePointer<AVCodecContext> {
    guard let context = avcodec_alloc_context3(codec) else { fatalError("out of memory") }
    var status = avcodec_parameters_to_context(context, stream.pointee.codecpar)
    context.pointee.pkt_timebase = stream.pointee.time_base
    context.pointee.thread_count = 1
    if status >= 0 { status = avcodec_open2(context, codec, nil) }
    if status < 0 {
      var open: UnsafeMutablePointer<AVCodecContext>? = context
      avcodec_free_context(&open)
      throw VideoError(
        doing: openingStream, path: input.description,
        reason: "its decoder does not start: \(reason(of: status))\(LibAVLog.complaint)")
    }
    return context
  }

  /// What a return code of libav means here.
  private static func fault(
    _ doing: String, _ input: StreamInput, _ code: Int32, _ watch: StreamWatch, _ stall: Double
  ) -> VideoError {
    let found =
      watch.isCancelled
      ? "ended"
      : code == slowfast_averror_exit()
        ? "nothing has come for \(fixed(stall, stall < 10 ? 1 : 0)) s -> is the source still sending?"
        : "\(reason(of: code))\(LibAVLog.complaint)\(advice(input))"
    return VideoError(doing: doing, path: input.description, reason: found)
  }

  private static func advice(_ input: StreamInput) -> String {
    switch input {
    case .file: " -> it is missing, cut short, damaged or not a video"
    case .standardInput: " -> pipe a video into it, such as an MPEG-TS, Matroska or raw H.264 stream"
    case .url:
      " -> check the address, and that the server is there and sends video; an MP4 whose index is at its end needs a server "
        + "that can seek (Range requests)"
    case .device: " -> check the device's name, and that nobody else uses it"
    }
  }

  /// Decodes the next frame that is not damaged.
  ///
  /// - Returns: Its time in seconds of the stream's own clock; nil at the end, where the frame before stays.
  /// - Throws: ``VideoError`` when the stream breaks off, stalls, or is not wanted any more.
  public func advance() throws(VideoError) -> Double? {
    while true {
      let status = avcodec_receive_frame(decoder, incoming)
      if status >= 0 {
        let isDamaged = incoming.pointee.decode_error_flags != 0 || incoming.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
        if isDamaged || incoming.pointee.width <= 0 {
          try countDamage("is damaged")
          continue
        }
        failures = 0
        (frame, incoming) = (incoming, frame)
        size = orientation.size(of: ImageSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height)))
        return timeOfFrame()
      }
      if status == slowfast_averror_eof() { return nil }
      if status == slowfast_averror(EAGAIN) {
        try feed()
      } else {
        try countDamage("cannot be decoded: \(reason(of: status))")
      }
    }
  }

  /// The time of the frame: its own, or else one frame after the last one.
  private func timeOfFrame() -> Double {
    let ticks = timestamp(frame.pointee.pts) ?? timestamp(frame.pointee.best_effort_timestamp)
    let time =
      ticks.map { Double($0) * stream.pointee.time_base.seconds } ?? lastTime.map { $0 + 1 / framesPerSecond } ?? 0
    lastTime = time
    return time
  }

  /// Counts a frame that is left out. Each may be damaged by what it leans on; but damage must end.
  private func countDamage(_ what: String) throws(VideoError) {
    damaged += 1
    failures += 1
    if failures > 1000 {
      throw VideoError(
        doing: readingStream, path: input.description,
        reason: "frame after frame \(what)\(LibAVLog.complaint) -> check the sender")
    }
  }

  private func feed() throws(VideoError) {
    if isDraining { return }
    while true {
      LibAVLog.clear()
      watch.begin(stall)
      let status = av_read_frame(context, packet)
      if status == slowfast_averror(EAGAIN) && !watch.endsWait { continue }
      if status == slowfast_averror_eof() && !watch.isCancelled {
        isDraining = true
        avcodec_send_packet(decoder, nil)
        return
      }
      if status < 0 { throw Self.fault(readingStream, input, status, watch, stall) }
      defer { av_packet_unref(packet) }
      if packet.pointee.stream_index != stream.pointee.index { continue }
      let sent = avcodec_send_packet(decoder, packet)
      if sent < 0 && sent != slowfast_averror(EAGAIN) { try countDamage("cannot be decoded: \(reason(of: sent))") }
      return
    }
  }

  /// The frame that was decoded last: BGR, upright.
  public func image() throws(VideoError) -> Image {
    guard let image = converter.image(of: frame.pointee, orientation) else {
      throw VideoError(
        doing: readingStream, path: input.description, reason: "its pixel format cannot be converted to BGR")
    }
    return image
  }
}

private let openingStream = "opening a stream"
private let readingStream = "reading a stream"
