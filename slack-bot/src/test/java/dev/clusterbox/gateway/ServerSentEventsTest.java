package dev.clusterbox.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.gateway.ServerSentEvents.Frame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import okio.Buffer;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {

    @Test
    void an_event_has_an_id_and_data() throws Exception {
        assertEquals(List.of(new Frame(OptionalLong.of(7), "{}")), read("id: 7\nevent: x\ndata: {}\n\n"));
    }

    @Test
    void lines_of_data_belong_together() throws Exception {
        assertEquals(List.of(new Frame(OptionalLong.empty(), "a\nb")), read("data:a\r\ndata: b\r\n\r\n"));
    }

    @Test
    void comments_and_empty_events_are_nothing() throws Exception {
        assertEquals(List.of(), read(": alive\n\nid: 1\n\nretry: 5\n\n"));
    }

    @Test
    void half_an_event_never_happened() throws Exception {
        assertEquals(List.of(new Frame(OptionalLong.of(1), "x")), read("id: 1\ndata: x\n\nid: 2\ndata: y\n"));
        assertEquals(List.of(), read("id: 2\ndata: {\"ty"));
    }

    @Test
    void a_line_without_end_is_not_kept_in_memory() {
        assertThrows(IOException.class, () -> read("data: " + "x".repeat(3 << 20)));
    }

    private static List<Frame> read(String stream) throws IOException {
        var events = new ServerSentEvents(new Buffer().writeUtf8(stream));
        var all = new ArrayList<Frame>();
        for (var frame = events.next(); frame.isPresent(); frame = events.next()) {
            all.add(frame.get());
        }
        return all;
    }
}
