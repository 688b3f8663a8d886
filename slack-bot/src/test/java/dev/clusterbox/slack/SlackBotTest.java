package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.standin.GatewayStandIn;
import dev.clusterbox.standin.SignedCommand;
import dev.clusterbox.standin.SlackStandIn;
import dev.clusterbox.standin.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole bot: signed requests in, Slack and the gateway as stand-ins. */
@Timeout(60)
class SlackBotTest {

    private static final Duration SOON = Duration.ofSeconds(8);
    private static final String DONE =
            "{\"type\":\"operation-succeeded\",\"step\":\"\",\"title\":\"\",\"message\":\"\",\"seconds\":6.2}";

    private static final String FAILED =
            "{\"type\":\"operation-failed\",\"problem\":{\"code\":\"FAILED\",\"message\":\"it is stopped\",\"hint\":\"\"}}";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final SlackStandIn slack = started();
    private final GatewayStandIn gateway = gatewayStarted();

    @SuppressWarnings("NullAway.Init") // set before each test
    private Bot bot;

    @BeforeEach
    void start() throws IOException {
        bot = Bot.start(folder, slack, gateway, Map.of());
    }

    @AfterEach
    void stop() {
        bot.close();
        gateway.close();
        slack.close();
    }

    @Test
    void up_is_one_message_from_the_first_step_to_the_end() throws Exception {
        var ack = bot.send(slack.command("up demo --nodes 2 --through etcd"));
        assertEquals(200, ack.statusCode());
        assertTrue(ack.body().contains("`up demo` is on its way."), ack.body());

        var first = slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", step("step-started", "machines"));
        slack.await(SOON, shown -> shown.everything().contains(":arrow_forward: Create the machines"));
        gateway.happen("op-1", step("step-done", "machines"));
        gateway.happen("op-1", DONE);

        var last = slack.await(SOON, shown -> shown.text().contains("done after 6.2 s"));
        assertEquals("update", last.how());
        assertEquals(first.ts(), last.ts());
        assertTrue(last.everything().contains("`/cluster status demo`"), last.everything());
        assertEquals(1, slack.calls("chat.postMessage"));

        var asked = gateway.asked().getFirst();
        assertEquals("{\"name\":\"demo\",\"nodes\":2,\"through\":\"etcd\"}", asked.body());
        assertEquals("slack:U2147483697 steve", asked.actor());
        assertTrue(asked.idempotencyKey().matches("slack-[0-9a-f]{32}"), asked.idempotencyKey());
        until("no report is open", () -> openReports() == 0);
    }

    @Test
    void a_failure_shows_the_problem_and_the_hint() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen(
                "op-1",
                "{\"type\":\"operation-failed\",\"problem\":{\"code\":\"TIMED_OUT\",\"message\":\"waited 180 s\","
                        + "\"hint\":\"look there\"}}");

        var last = slack.await(SOON, shown -> shown.text().contains("failed: waited 180 s"));
        assertTrue(last.everything().contains("_look there_"), last.everything());
    }

    @Test
    void what_the_gateway_refuses_is_answered_to_the_person_alone() throws Exception {
        bot.send(slack.command("up demo --nodes 101"));

        var answer = slack.await(SOON, shown -> shown.text().contains("nodes: 101 (expected: at most 100)"));
        assertEquals("response", answer.how());
        assertTrue(answer.text().contains("_ask the stand-in_"), answer.text());
        assertEquals(0, slack.calls("chat.postMessage"));
    }

    @Test
    void what_cannot_be_read_is_answered_at_once_and_nothing_is_asked() throws Exception {
        var answer = bot.send(slack.command("upp demo"));

        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().contains("did you mean 'up'?"), answer.body());
        assertEquals(List.of(), gateway.asked());
    }

    @Test
    void down_asks_for_the_name_in_a_modal() throws Exception {
        gateway.cluster(cluster("demo"));
        assertEquals("", bot.send(slack.command("down demo")).body());
        var modal = slack.await(SOON, shown -> shown.how().equals("view"));
        assertTrue(modal.everything().contains("This removes *demo*"), modal.everything());

        var wrong = slack.submit(modal, Map.of("name", Map.of("name", "demo2"))).send(bot.interactivity());
        assertEquals(
                "{\"response_action\":\"errors\",\"errors\":{\"name\":\"This is not its name. Nothing was done.\"}}",
                wrong.body());
        assertEquals(List.of(), gateway.asked());

        var right = slack.submit(modal, Map.of("name", Map.of("name", " demo ")));
        assertEquals("", right.send(bot.interactivity()).body());
        slack.await(SOON, shown -> shown.how().equals("message"));
        until("another second", otherSecond());
        assertEquals(200, right.send(bot.interactivity()).statusCode());
        gateway.happen("op-1", DONE);
        slack.await(SOON, shown -> shown.everything().contains("Nothing of it is left."));
        assertEquals("slack:U2147483697 steve", gateway.asked().getFirst().actor());
        assertEquals(1, gateway.asked().size());
    }

    @Test
    void a_modal_that_slack_does_not_open_is_said() throws Exception {
        bot.send(SignedCommand.of("down demo").with("response_url", slack.hooksUrl() + "commands/1"));

        slack.await(SOON, shown -> shown.text().contains("Slack did not ask whether you mean it"));
        assertEquals(List.of(), gateway.asked());
    }

    @Test
    void retry_under_a_failure_does_the_same_once_more_and_once_only() throws Exception {
        bot.send(slack.command("up demo --nodes 2"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", FAILED);
        var failed = slack.await(SOON, shown -> shown.hasButton("retry"));

        assertEquals("", slack.press(failed, "retry").send(bot.interactivity()).body());
        slack.await(SOON, shown -> shown.everything().contains("operation `op-2`"));
        assertEquals("{\"name\":\"demo\",\"nodes\":2}", gateway.asked().getLast().body());
        var pressed = slack.await(
                SOON, shown -> shown.ts().equals(failed.ts()) && shown.everything().contains("<@U2147483697>: `up demo --nodes 2`"));
        assertFalse(pressed.hasButton("retry"), pressed.everything());

        slack.press(failed, "retry", SignedCommand.of("").with("user_id", "U2")).send(bot.interactivity());
        slack.await(SOON, shown -> shown.text().contains("being carried out already"));
        assertEquals(2, gateway.operations());
    }

    @Test
    void a_button_that_came_to_nothing_may_be_pressed_again() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", FAILED);
        var failed = slack.await(SOON, shown -> shown.hasButton("retry"));
        gateway.goAway();
        slack.press(failed, "retry").send(bot.interactivity());
        slack.await(SOON, shown -> shown.text().contains("the gateway does not answer"));

        gateway.comeBack();
        slack.press(failed, "retry").send(bot.interactivity());
        slack.await(SOON, shown -> shown.everything().contains("operation `op-2`"));
    }

    @Test
    void retry_and_events_know_what_was_last() throws Exception {
        bot.send(slack.command("up demo --through etcd"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.cluster(cluster("demo").replace("op-0", "op-1"));
        bot.send(slack.command("retry demo"));
        slack.await(SOON, shown -> shown.text().contains("the last operation of 'demo' has not failed"));

        gateway.happen("op-1", FAILED);
        bot.send(slack.command("events demo"));
        slack.await(SOON, shown -> shown.how().equals("response") && shown.text().contains("failed: it is stopped"));
        bot.send(slack.command("retry demo"));
        slack.await(SOON, shown -> shown.everything().contains("operation `op-2`"));
        assertEquals(
                "{\"name\":\"demo\",\"through\":\"etcd\"}", gateway.asked().getLast().body());
    }

    @Test
    void status_and_list_say_what_there_is() throws Exception {
        var ack = bot.send(slack.command("list"));
        assertEquals("", ack.body());
        slack.await(SOON, shown -> shown.text().contains("There is no cluster yet."));

        gateway.cluster(cluster("demo"));
        bot.send(slack.command("list"));
        slack.await(SOON, shown -> shown.everything().contains("*demo* — up through etcd"));
        bot.send(slack.command("status"));
        slack.await(SOON, shown -> shown.everything().contains("192.168.56.11"));
        bot.send(slack.command("status other"));
        slack.await(SOON, shown -> shown.text().contains("there is no 'other'"));
    }

    @Test
    void a_smoke_test_shows_what_came_of_each_check() throws Exception {
        gateway.cluster(cluster("demo"));
        var ack = bot.send(slack.command("smoke-test"));
        assertTrue(ack.body().contains("`smoke-test demo` is on its way."), ack.body());
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", "{\"type\":\"step-progress\",\"step\":\"smoke-test\",\"message\":\"trying names\"}");
        slack.await(SOON, shown -> shown.everything().contains(":arrow_forward: Smoke test — trying names"));
        gateway.cluster(tried("demo", Instant.now().plusSeconds(1), true));
        gateway.happen("op-1", DONE);

        var last = slack.await(SOON, shown -> shown.text().contains("smoke-test demo: done after 6.2 s"));
        assertTrue(last.everything().contains(":white_check_mark: names — 10.32.0.1 · 0.5 s"), last.everything());
        assertTrue(last.everything().contains("Everything that was tried works."), last.everything());
        var asked = gateway.asked().getFirst();
        assertEquals("smoke-test", asked.what());
        assertEquals("demo", asked.body());
        assertEquals("slack:U2147483697 steve", asked.actor());

        bot.send(slack.command("status"));
        slack.await(SOON, shown -> shown.everything().contains("Smoke test: 1 of 1 passed"));
    }

    @Test
    void a_smoke_test_that_fails_shows_the_check_and_never_an_earlier_result() throws Exception {
        gateway.cluster(tried("demo", Instant.parse("2026-01-02T03:04:05Z"), true));
        bot.send(slack.command("smoke-test demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen(
                "op-1",
                "{\"type\":\"operation-failed\",\"problem\":{\"code\":\"FAILED\",\"message\":\"it is stopped\",\"hint\":\"\"}}");
        var first = slack.await(SOON, shown -> shown.text().contains("failed: it is stopped"));
        assertFalse(first.everything().contains("names"), first.everything());

        bot.send(slack.command("smoke-test demo"));
        slack.await(SOON, shown -> shown.everything().contains("operation `op-2`"));
        gateway.cluster(tried("demo", Instant.now().plusSeconds(1), false));
        gateway.happen(
                "op-2",
                "{\"type\":\"operation-failed\",\"problem\":{\"code\":\"FAILED\",\"message\":\"names\",\"hint\":\"\"}}");
        slack.await(SOON, shown -> shown.everything().contains(":x: names — 10.32.0.1 · 0.5 s"));
    }

    @Test
    void a_kubeconfig_is_a_link_for_the_person_alone() throws Exception {
        gateway.cluster(cluster("demo"));
        assertEquals("", bot.send(slack.command("kubeconfig demo")).body());

        var link = slack.await(SOON, shown -> shown.everything().contains("http://127.0.0.1:8080/downloads/abc"));
        assertEquals("response", link.how());
        assertEquals("slack:U2147483697 steve", gateway.asked().getFirst().actor());
        assertEquals(0, slack.calls("chat.postMessage"));
    }

    @Test
    void what_is_for_one_person_goes_to_direct_messages_where_nothing_else_works() throws Exception {
        gateway.cluster(cluster("demo"));
        slack.close("C2147483705");
        bot.send(SignedCommand.of("kubeconfig demo"));

        var link = slack.await(SOON, shown -> shown.everything().contains("/downloads/abc"));
        assertEquals("D2147483697", link.channel());
    }

    @Test
    void a_request_for_a_certificate_is_signed() throws Exception {
        gateway.cluster(cluster("demo"));
        bot.send(slack.command("csr demo -----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"));

        slack.await(SOON, shown -> shown.everything().contains("BEGIN CERTIFICATE-----"));
        assertEquals("credentials", gateway.asked().getFirst().what());
    }

    @Test
    void a_lock_is_seen_by_all_and_in_the_status() throws Exception {
        gateway.cluster(cluster("demo"));
        bot.send(slack.command("lock demo upgrading etcd --minutes 90"));
        var locked = slack.await(SOON, shown -> shown.everything().contains("has locked *demo*"));
        assertEquals("message", locked.how());
        assertEquals(
                "lock {\"minutes\":90,\"reason\":\"upgrading etcd\",\"takeOver\":false}",
                gateway.asked().getFirst().what());
        bot.send(slack.command("status demo"));
        slack.await(SOON, shown -> shown.everything().contains(":lock: locked by slack:U2147483697 steve until "));

        bot.send(slack.command("lock demo mine").with("user_id", "U2"));
        slack.await(SOON, shown -> shown.text().contains("'demo' is locked"));
        bot.send(slack.command("unlock demo"));
        slack.await(SOON, shown -> shown.text().contains("has unlocked *demo*"));
    }

    @Test
    void cancel_is_a_button_while_something_is_under_way() throws Exception {
        bot.send(slack.command("up demo"));
        var message = slack.await(SOON, shown -> shown.hasButton("cancel"));
        gateway.cluster(cluster("demo").replace("op-0", "op-1"));
        slack.press(message, "cancel").send(bot.interactivity());

        slack.await(SOON, shown -> shown.text().contains("<@U2147483697> has cancelled up of *demo*"));
        assertEquals("cancel", gateway.asked().getLast().what());
        assertEquals("op-1", gateway.asked().getLast().body());
        gateway.happen("op-1", FAILED);
        var last = slack.await(SOON, shown -> shown.hasButton("retry"));
        assertFalse(last.hasButton("cancel"), last.everything());
    }

    @Test
    void a_plan_is_applied_by_its_button_as_long_as_it_holds() throws Exception {
        bot.send(slack.command("plan demo --nodes 2"));
        var plan = slack.await(SOON, shown -> shown.hasButton("apply"));
        assertTrue(plan.everything().contains("• make demo-node-1 at 192.168.56.21"), plan.everything());
        assertEquals(List.of(), gateway.asked());
        gateway.move();
        slack.press(plan, "apply").send(bot.interactivity());
        slack.await(SOON, shown -> shown.text().contains("things have moved since this was planned"));
        assertEquals(0, gateway.operations());

        bot.send(slack.command("plan demo --nodes 2"));
        var fresh = slack.await(
                SOON, shown -> shown.hasButton("apply") && !shown.ts().equals(plan.ts()));
        slack.press(fresh, "apply").send(bot.interactivity());
        slack.await(SOON, shown -> shown.everything().contains("operation `op-1`"));
        assertEquals("{\"name\":\"demo\",\"nodes\":2}", gateway.asked().getLast().body());
    }

    @Test
    void clusters_are_scaled_stopped_and_started() throws Exception {
        gateway.cluster(cluster("demo"));
        bot.send(slack.command("scale demo 5"));
        slack.await(SOON, shown -> shown.everything().contains("operation `op-1`"));
        assertEquals("scale {\"nodes\":5}", gateway.asked().getLast().what());
        bot.send(slack.command("stop demo"));
        var modal = slack.await(SOON, shown -> shown.how().equals("view"));
        assertEquals("Stop a cluster", modal.text());
        slack.submit(modal, Map.of("name", Map.of("name", "demo"))).send(bot.interactivity());
        slack.await(SOON, shown -> shown.everything().contains("operation `op-2`"));
        assertEquals("stop", gateway.asked().getLast().what());
        bot.send(slack.command("start demo"));
        slack.await(SOON, shown -> shown.everything().contains("operation `op-3`"));
        assertEquals("start", gateway.asked().getLast().what());
    }

    @Test
    void slack_has_its_answer_though_the_gateway_hangs() throws Exception {
        gateway.hang();
        bot.send(slack.command("list"));

        List<Callable<Long>> fifty = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            fifty.add(() -> {
                var begin = System.nanoTime();
                assertEquals(200, bot.send(slack.command("up demo")).statusCode());
                return (System.nanoTime() - begin) / 1_000_000;
            });
        }
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var time : people.invokeAll(fifty)) {
                assertTrue(time.get() < 3_000, () -> "acknowledged after " + time.resultNow() + " ms");
            }
        }
        slack.await(SOON, shown -> shown.text().contains("the gateway does not answer: timeout"));
    }

    @Test
    void the_same_interaction_starts_one_operation_however_often_it_comes() throws Exception {
        var command = slack.command("up demo");
        bot.send(command);
        slack.await(SOON, shown -> shown.how().equals("message"));

        // Slack repeats with another timestamp, so with another signature.
        until("another second", otherSecond());
        var again = bot.send(command);
        assertTrue(again.body().contains("being carried out already"), again.body());
        assertEquals(1, gateway.operations());
        assertEquals(1, slack.calls("chat.postMessage"));
    }

    @Test
    void a_gateway_that_does_not_know_the_bot_is_no_riddle_for_the_person() throws Exception {
        SlackStandIn.file(folder, "gateway-token", "another-token-0123456789-0123456789");
        bot.send(slack.command("up demo"));

        slack.await(SOON, shown -> shown.text().contains("the gateway does not know the bot"));
        SlackStandIn.file(folder, "gateway-token", GatewayStandIn.TOKEN);
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
    }

    @Test
    void a_gateway_that_comes_back_in_time_gets_the_command() throws Exception {
        gateway.goAway();
        bot.send(slack.command("up demo"));
        Thread.sleep(500);
        gateway.comeBack();

        slack.await(SOON, shown -> shown.how().equals("message"));
        assertEquals(1, gateway.operations());
    }

    @Test
    void a_gateway_that_stays_away_is_said_with_what_to_do() throws Exception {
        gateway.goAway();
        bot.send(slack.command("up demo"));

        var answer = slack.await(SOON, shown -> shown.text().contains("the gateway does not answer"));
        assertTrue(answer.text().contains("./clusterbox services status"), answer.text());
    }

    @Test
    void nothing_is_lost_when_the_gateway_goes_away_in_the_middle() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", step("step-started", "check-host"));
        slack.await(SOON, shown -> shown.everything().contains(":arrow_forward: Check the host"));

        gateway.goAway();
        slack.await(SOON, shown -> shown.everything().contains(":hourglass: waiting: the gateway does not answer"));
        gateway.happen("op-1", step("step-done", "check-host"));
        gateway.comeBack();
        gateway.happen("op-1", step("step-started", "machines"));
        var resumed = slack.await(SOON, shown -> shown.everything().contains(":arrow_forward: Create the machines"));
        assertTrue(resumed.everything().contains(":white_check_mark: Check the host"), resumed.everything());
        assertFalse(resumed.everything().contains("waiting"), resumed.everything());
        assertTrue(gateway.resumedAt().contains("1"), gateway.resumedAt().toString());
        gateway.happen("op-1", DONE);
        slack.await(SOON, shown -> shown.text().contains("done after"));
    }

    @Test
    void an_operation_that_ended_unheard_is_told_all_the_same() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.goAway();
        gateway.happen("op-1", DONE);
        gateway.forgetEvents("op-1");
        gateway.comeBack();

        slack.await(SOON, shown -> shown.text().contains("done after"));
    }

    @Test
    void the_next_process_goes_on_with_the_same_message() throws Exception {
        bot.send(slack.command("up demo"));
        var first = slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", step("step-started", "machines"));
        slack.await(SOON, shown -> shown.everything().contains(":arrow_forward: Create the machines"));
        bot.close();
        assertEquals(1, openReports());
        gateway.happen("op-1", step("step-done", "machines"));
        gateway.happen("op-1", DONE);

        bot = Bot.start(folder, slack, gateway, Map.of());
        var last = slack.await(SOON, shown -> shown.text().contains("done after"));
        assertEquals(first.ts(), last.ts());
        assertEquals(1, slack.calls("chat.postMessage"));
        until("no report is open", () -> openReports() == 0);
    }

    @Test
    void the_last_state_arrives_through_a_storm_of_429() throws Exception {
        slack.limit("chat.postMessage", 1, 1);
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        slack.limit("chat.update", 3, 1);
        for (int i = 1; i <= 200; i++) {
            gateway.happen(
                    "op-1",
                    "{\"type\":\"step-progress\",\"step\":\"machines\",\"message\":\"%d of 200\"}".formatted(i));
        }
        gateway.happen("op-1", DONE);
        var begin = System.nanoTime();

        var last = slack.await(SOON, shown -> shown.text().contains("done after"));
        assertTrue(last.everything().contains("200 of 200"), last.everything());
        assertTrue(last.nanos() - begin > 2_500_000_000L, "Retry-After was not waited for");
        assertTrue(slack.calls("chat.update") <= 6, () -> slack.calls("chat.update") + " calls");
    }

    @Test
    void a_message_is_updated_no_more_often_than_allowed() throws Exception {
        bot.close();
        bot = Bot.start(folder, slack, gateway, Map.of("clusterbox.slack.update-interval", "300ms"));
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        for (int i = 1; i <= 60; i++) {
            gateway.happen(
                    "op-1", "{\"type\":\"step-progress\",\"step\":\"machines\",\"message\":\"%d of 60\"}".formatted(i));
            Thread.sleep(20);
        }
        gateway.happen("op-1", DONE);
        slack.await(SOON, shown -> shown.text().contains("done after"));

        var updates = slack.shown().stream()
                .filter(shown -> shown.how().equals("update"))
                .map(Shown::nanos)
                .toList();
        assertTrue(updates.size() >= 3, updates.toString());
        for (int i = 1; i < updates.size(); i++) {
            assertTrue(updates.get(i) - updates.get(i - 1) >= 290_000_000L, updates.toString());
        }
    }

    @Test
    void a_slack_in_trouble_gets_the_end_when_it_is_well_again() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        slack.breakDown("chat.update", 2, 503);
        slack.refuse("chat.update", 1, "internal_error");
        gateway.happen("op-1", DONE);

        slack.await(SOON, shown -> shown.text().contains("done after"));
    }

    @Test
    void a_message_that_was_deleted_is_followed_by_another_one_at_the_end() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        slack.refuse("chat.update", 2, "message_not_found");
        gateway.happen("op-1", DONE);

        var last = slack.await(SOON, shown -> shown.text().contains("done after"));
        assertEquals("message", last.how());
    }

    @Test
    void where_the_layout_is_refused_the_words_arrive() throws Exception {
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.how().equals("message"));
        slack.refuse("chat.update", 1, "invalid_blocks");
        gateway.happen("op-1", DONE);

        var last = slack.await(SOON, shown -> shown.text().contains("done after"));
        assertTrue(last.blocks().isEmpty(), last.everything());
    }

    @Test
    void in_a_channel_closed_to_the_bot_the_person_learns_beginning_and_end() throws Exception {
        slack.close("C2147483705");
        bot.send(slack.command("up demo"));
        var begin = slack.await(SOON, shown -> shown.how().equals("response"));
        assertTrue(begin.text().contains("not_in_channel") && begin.text().contains("/invite"), begin.text());
        gateway.happen("op-1", DONE);

        var end = slack.await(SOON, shown -> shown.text().contains("done after"));
        assertEquals("response", end.how());
    }

    @Test
    void a_token_that_slack_does_not_know_stops_nothing() throws Exception {
        slack.refuse("chat.postMessage", 1, "invalid_auth");
        bot.send(slack.command("up demo"));

        slack.await(
                SOON, shown -> shown.how().equals("response") && shown.text().contains("invalid_auth"));
        assertEquals(1, gateway.operations());
    }

    @Test
    void an_answering_address_outside_slack_is_never_called() throws Exception {
        try (var stranger = SlackStandIn.start(0)) {
            bot.send(SignedCommand.of("list").with("response_url", stranger.hooksUrl() + "commands/1"));
            slack.await(SOON, shown -> shown.how().equals("ephemeral"));
            assertEquals(0, stranger.calls("response_url"));
        }
    }

    @Test
    void a_name_that_poses_as_another_person_is_left_out() throws Exception {
        bot.send(slack.command("up demo").with("user_name", "x slack:U0000ADMIN root"));
        slack.await(SOON, shown -> shown.how().equals("message"));

        assertEquals("slack:U2147483697", gateway.asked().getFirst().actor());
    }

    @Test
    void who_is_not_on_the_list_gets_nothing_done() throws Exception {
        bot.close();
        bot = Bot.start(
                folder, slack, gateway, Map.of("clusterbox.slack.users", "U1,U2", "clusterbox.slack.teams", "T0001"));

        var answer = bot.send(slack.command("up demo"));
        assertTrue(answer.body().contains("you may not give commands here"), answer.body());
        assertEquals(List.of(), gateway.asked());
        bot.send(slack.command("up demo").with("user_id", "U2"));
        slack.await(SOON, shown -> shown.how().equals("message"));
    }

    @Test
    void rules_say_who_may_do_what_by_user_group_channel_and_cluster() throws Exception {
        bot.close();
        var rules = Files.writeString(
                folder.resolve("rules.yaml"),
                """
                rules:
                  - role: viewer
                  - {role: operator, groups: [S0DEVS], clusters: ['demo*']}
                  - {role: admin, users: [U0ADA], channels: [C2147483705]}
                """);
        slack.group("S0DEVS", "U2147483697");
        bot = Bot.start(folder, slack, gateway, Map.of("clusterbox.slack.rules-file", rules.toString()));
        until("the group is known", () -> slack.calls("usergroups.users.list") > 0);
        gateway.cluster(cluster("demo"));

        for (var refused : List.of(
                slack.command("up demo").with("user_id", "U0EVE"),
                slack.command("up other"),
                slack.command("down demo"),
                slack.command("lock demo mine --take-over"),
                slack.command("down demo").with("user_id", "U0ADA").with("channel_id", "C0OTHER"))) {
            var answer = bot.send(refused);
            assertTrue(answer.body().contains("you may not do this with "), answer.body());
        }
        assertEquals(List.of(), gateway.asked());
        bot.send(slack.command("list").with("user_id", "U0EVE"));
        slack.await(SOON, shown -> shown.everything().contains("*demo*"));
        bot.send(slack.command("up demo"));
        slack.await(SOON, shown -> shown.everything().contains("operation `op-1`"));
        bot.send(slack.command("down demo").with("user_id", "U0ADA"));
        var modal = slack.await(SOON, shown -> shown.how().equals("view"));
        var eve = SignedCommand.of("").with("user_id", "U0EVE");
        var stolen = slack.submit(modal, Map.of("name", Map.of("name", "demo")), eve).send(bot.interactivity());
        assertTrue(stolen.body().contains("you may not do this with 'demo' here"), stolen.body());
        assertEquals(1, gateway.asked().size());
    }

    private int openReports() {
        try (var files = Files.list(folder.resolve("state/open-reports"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BooleanSupplier otherSecond() {
        var second = System.currentTimeMillis() / 1000;
        return () -> System.currentTimeMillis() / 1000 != second;
    }

    private static void until(String what, BooleanSupplier met) throws InterruptedException {
        var end = System.nanoTime() + SOON.toNanos();
        while (!met.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "waited in vain: " + what);
            Thread.sleep(20);
        }
    }

    private static String step(String type, String step) {
        return "{\"type\":\"%s\",\"step\":\"%s\",\"seconds\":0.5}".formatted(type, step);
    }

    private static String cluster(String name) {
        return "{\"name\":\"%s\",\"uid\":\"x\",\"provider\":\"nspawn\",\"kubernetes\":\"1.36\",\"subnet\":\"192.168.56.0/24\","
                        .formatted(name)
                + "\"state\":{\"kind\":\"REACHED\",\"step\":\"etcd\"},\"machines\":[{\"name\":\"demo-controller-1\","
                + "\"hostName\":\"controller-1\",\"role\":\"controller\",\"address\":\"192.168.56.11\",\"power\":\"RUNNING\","
                + "\"agent\":\"CONNECTED\",\"enter\":[\"nsenter\"]}],\"operation\":\"op-0\"}";
    }

    private static String tried(String name, Instant at, boolean passed) {
        return cluster(name)
                .replaceFirst(
                        "\\}$",
                        ",\"smokeTest\":{\"at\":\"%s\",\"seconds\":6.0,\"checks\":[{\"name\":\"names\",\"passed\":%s,\"seconds\":0.5,\"message\":\"10.32.0.1\"}]}}"
                                .formatted(at, passed));
    }

    private static SlackStandIn started() {
        try {
            return SlackStandIn.start(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GatewayStandIn gatewayStarted() {
        try {
            return GatewayStandIn.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
